// Package rest is the API for applications, on the operator's listener: what an
// application's backend does with rooms and the people in them, over plain HTTP.
//
//	                  open              +-- /api/v1/               the guide, for people
//	                  +-----------------+-- /api/v1/openapi.json   the same, for machines
//	request --> route-+
//	                  +-- access --> input --> serve --> reply, or a Problem
//	                      |                      |
//	                      auth.Admin             room.Manager: Moderate(room), CreateRoom, Room, Inspect, Stats
//	                      admission.Control      admission.Control: Issue, Verify, Revoke
//
// openapi.yaml is the contract: tests hold every route, parameter, answer and refusal
// against it, and the guide is drawn from it. A route is one line in routes.go. Nothing
// is kept between two requests.
//
// Administrators may do everything. A participant's token with the permission admin may
// do what concerns the rooms that the token is for, and learns nothing of others.
// docs/rest.md is for those who use it.
package rest

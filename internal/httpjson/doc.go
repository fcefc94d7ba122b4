// Package httpjson is how the APIs of the operator's listener speak JSON over HTTP:
// bodies are short, of the right type, and have no member that nobody knows;
// refusals are problem details (RFC 9457) with a sentence for a person.
//
//	request --> Read --+--> the struct
//	                   +--> Problem: 400 not understood, 413 too long, 415 not JSON
//	answer  <-- Answer, Refuse
package httpjson

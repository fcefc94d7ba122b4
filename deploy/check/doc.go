// Package check holds the files of deploy/ against the programs that read them:
// Helm's engine and linter, Kubernetes' and the Prometheus operator's types,
// Compose's loader, and the server's own configuration. It is a module of its own, so that none of
// them is in the server's: make deploy-check.
package check

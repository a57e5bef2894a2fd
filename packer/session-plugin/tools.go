//go:build tools

// Package session names the program whose version go.mod pins, so that `go mod tidy` keeps it.
package session

import _ "github.com/aws/session-manager-plugin/src/sessionmanagerplugin-main"

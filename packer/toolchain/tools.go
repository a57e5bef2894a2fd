//go:build tools

// Package toolchain names the two programs whose versions go.mod pins, so that `go mod tidy` keeps them.
package toolchain

import (
	_ "github.com/hashicorp/packer"
	_ "github.com/hashicorp/packer-plugin-amazon"
)

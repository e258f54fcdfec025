//go:build !unix

package offline

import "os"

// open opens a regular file.
func open(path string) (*os.File, error) { return os.Open(path) }

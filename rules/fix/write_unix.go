//go:build unix

package fix

import (
	"fmt"
	"os"
	"syscall"
)

// names is how many names a file has.
func names(info os.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Nlink) //nolint:unconvert // of another size on other systems
	}
	return 1
}

// keepOwner gives the new file the old one's owner and group; without that right the file must not change hands silently.
func keepOwner(file *os.File, old os.FileInfo) error {
	stat, ok := old.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	info, err := file.Stat()
	if err != nil {
		return plain(err)
	}
	if mine, ok := info.Sys().(*syscall.Stat_t); ok && mine.Uid == stat.Uid && mine.Gid == stat.Gid {
		return nil
	}
	if err := file.Chown(int(stat.Uid), int(stat.Gid)); err != nil {
		return fmt.Errorf("it belongs to another user (id %d, group %d) and would change hands; run bbdoctor as that user", stat.Uid, stat.Gid)
	}
	return nil
}

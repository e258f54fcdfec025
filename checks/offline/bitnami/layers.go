package bitnami

import (
	"maps"
	"sync"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// common is what all containers of a kind have as long as their own environment says nothing else, which is most of what a
// container has. It is made once; a map that holds it is lent to one container after the other.
type common struct {
	settings facts.Settings // never changed

	mu   sync.Mutex
	free []facts.Settings // as settings
}

// maxFree is how many maps are kept for the next container. A Pgpool-II with its nodes needs some dozen at a time.
const maxFree = 64

// all puts a container's own settings over what is common, in a map of its own.
func (c *common) all(own facts.Settings) facts.Settings {
	settings := maps.Clone(c.settings)
	maps.Copy(settings, own)
	return settings
}

// lend is all with a map that others had before and will have again: after giveBack nobody may look at it.
func (c *common) lend(own facts.Settings) (settings facts.Settings, giveBack func()) {
	c.mu.Lock()
	if last := len(c.free) - 1; last >= 0 {
		settings, c.free = c.free[last], c.free[:last]
	}
	c.mu.Unlock()
	if settings == nil {
		settings = maps.Clone(c.settings)
	}
	maps.Copy(settings, own)
	return settings, func() {
		for key := range own {
			if before, ok := c.settings[key]; ok {
				settings[key] = before
			} else {
				delete(settings, key)
			}
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.free) < maxFree {
			c.free = append(c.free, settings)
		}
	}
}

// layered is a container's own settings over those that are common.
type layered struct {
	own, base facts.Settings
}

func (l layered) get(key facts.Key) (setting facts.Setting, ok bool) {
	if setting, ok = l.own[key]; ok {
		return setting, true
	}
	setting, ok = l.base[key]
	return setting, ok
}

// put sets a value; one that is common anyway is not kept.
func (l layered) put(setting facts.Setting) {
	if same, ok := l.base[setting.Key]; ok && isDefault(setting) && isDefault(same) &&
		setting.Text == same.Text && setting.Norm == same.Norm && setting.Bad == same.Bad && setting.Why == same.Why {
		delete(l.own, setting.Key)
		return
	}
	l.own[setting.Key] = setting
}

// isDefault says whether a value is a default and nothing more: written nowhere, and hiding nothing.
func isDefault(s facts.Setting) bool {
	return s.State == facts.Default && !s.Origin.Known() && s.Origin.Runs == nil && s.Via == nil && s.Overridden == nil
}

package facts

import "iter"

// Layers are settings by canonical name: those of one container over those that all of its kind have in common, which is
// most of them.
type Layers struct {
	// Own are the container's own settings.
	Own Settings
	// Common are shared and never changed; nil when there are none.
	Common Settings
}

// Lookup gives a setting; ok is false when neither layer has it.
func (l Layers) Lookup(key Key) (setting Setting, ok bool) {
	if setting, ok = l.Own[key]; ok {
		return setting, true
	}
	setting, ok = l.Common[key]
	return setting, ok
}

// Get gives a setting, the zero one when neither layer has it.
func (l Layers) Get(key Key) Setting {
	setting, _ := l.Lookup(key)
	return setting
}

// Empty says that there is no setting at all.
func (l Layers) Empty() bool { return len(l.Own)+len(l.Common) == 0 }

// All passes every setting by, in no special order.
func (l Layers) All() iter.Seq2[Key, Setting] {
	return func(yield func(Key, Setting) bool) {
		for key, setting := range l.Own {
			if !yield(key, setting) {
				return
			}
		}
		for key, setting := range l.Common {
			if _, hidden := l.Own[key]; !hidden && !yield(key, setting) {
				return
			}
		}
	}
}

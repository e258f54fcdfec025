package properties

// springTrims says whether Spring Boot takes a key for something else than what Java reads: it trims it, drops it when it
// is empty, and makes a list of one that ends in "[]".
func springTrims(key string) bool {
	n := len(key)
	return n == 0 || key[0] <= ' ' || key[n-1] <= ' ' || n >= 2 && key[n-2:] == "[]"
}

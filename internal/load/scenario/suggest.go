package scenario

import "strings"

// suggest returns `; did you mean "count"?` for the candidate that looks most
// like name, or else what the candidates are.
func suggest(name string, candidates []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(name), c); d < least {
			best, least = c, d
		}
	}
	switch {
	case best != "":
		return `; did you mean "` + best + `"?`
	case len(candidates) == 0:
		return "; there is none"
	}
	return "; there is " + strings.Join(candidates, ", ")
}

// distance is the number of letters to insert, delete or replace that turns a
// into b (Levenshtein). Row i of the matrix is about the first i letters of a.
func distance(a, b string) int {
	above := make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			replace := above[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, above[j+1]+1, row[j]+1)
		}
		above = row
	}
	return above[len(b)]
}

package config

import "strings"

// suggest returns `; did you mean "media.port"?` for the candidate that looks
// most like name, or nothing when none does.
func suggest(name string, candidates []string) string {
	best, least := "", max(2, len(name)/4)+1
	for _, candidate := range candidates {
		if d := editDistance(name, candidate); d < least {
			best, least = candidate, d
		}
	}
	if best == "" {
		best = sameWord(name, candidates)
	}
	if best == "" {
		return ""
	}
	return `; did you mean "` + best + `"?`
}

// sameWord returns the only candidate whose last part is that of name: the
// right key in the wrong section.
func sameWord(name string, candidates []string) string {
	found := ""
	for _, candidate := range candidates {
		if lastPart(candidate) != lastPart(name) {
			continue
		}
		if found != "" {
			return ""
		}
		found = candidate
	}
	return found
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// editDistance counts the letters to insert, delete or replace to turn a into b
// (Levenshtein), keeping one row of the matrix.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

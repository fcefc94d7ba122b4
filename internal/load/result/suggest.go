package result

import "strings"

// suggest says what somebody who wrote word may have meant: the names that
// continue it, else those a few letters away, else all.
func suggest(word string, names []string) string {
	var near []string
	if word != "" {
		for _, name := range names {
			if strings.HasPrefix(name, strings.TrimSuffix(word, ".")+".") {
				near = append(near, name)
			}
		}
	}
	if near == nil {
		near = closest(word, names)
	}
	if near != nil {
		return "did you mean " + strings.Join(near, ", ") + "?"
	}
	return "there are " + strings.Join(names, ", ")
}

// closest returns the names with the fewest edits from word, if they are few.
func closest(word string, names []string) []string {
	best := min(3, (len(word)+1)/2)
	var near []string
	for _, name := range names {
		switch d := distance(word, name); {
		case d < best:
			best, near = d, []string{name}
		case d == best:
			near = append(near, name)
		}
	}
	return near
}

// distance is the number of octets to insert, delete or replace (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

package spelling

// Nearest returns the candidate with the fewest edits from word, the first of
// several, if they are at most most; else "".
func Nearest(word string, candidates []string, most int) string {
	best, least := "", most+1
	for _, candidate := range candidates {
		if d := Distance(word, candidate); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// Distance counts the octets to insert, delete or replace to turn a into b
// (Levenshtein), keeping one row of the matrix.
func Distance(a, b string) int {
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

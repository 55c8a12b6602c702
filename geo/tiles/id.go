package tiles

// Ids of cases in 20 bytes each.

// Lengths of ids.
const (
	shortestID = 15
	longestID  = 26
)

// letters in the order of their bytes, so that packed ids sort as texts of one length do.
const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// packed is an id: 26 characters of 6 bits, 0 behind the end and the place in letters + 1
// elsewhere.
type packed [20]byte

// codes are the six bits of each byte; 0 is no letter.
var codes = func() (table [256]byte) {
	for i := range len(letters) {
		table[letters[i]] = byte(i + 1)
	}
	return table
}()

// pack refuses what is no id.
func pack(id string) (packed, error) {
	var p packed
	if len(id) < shortestID || len(id) > longestID {
		return p, refuse(CodeID, "the id %.40q has not 15 to 26 letters and digits", id)
	}
	var bits, n uint
	at := 0
	for i := range len(id) {
		code := codes[id[i]]
		if code == 0 {
			return p, refuse(CodeID, "the id %q has not 15 to 26 letters and digits", id)
		}
		bits, n = bits<<6|uint(code), n+6
		for n >= 8 {
			n -= 8
			p[at] = byte(bits >> n)
			at++
		}
	}
	if n > 0 {
		p[at] = byte(bits << (8 - n))
	}
	return p, nil
}

// String is the id again.
func (p packed) String() string {
	out := make([]byte, 0, longestID)
	var bits, n uint
	for _, b := range p {
		bits, n = bits<<8|uint(b), n+8
		for n >= 6 {
			n -= 6
			code := bits >> n & 63
			if code == 0 {
				return string(out)
			}
			out = append(out, letters[code-1])
		}
	}
	return string(out)
}

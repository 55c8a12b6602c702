// Division codes: which places lie under an agency.

package casework

import "fmt"

// Scope returns the range of division codes (行政区划代码, GB/T 2260) that lies
// under code: a province 990000 holds 990000…999999's own prefix, a city 990100
// holds 990100…990199, a county only itself. The code has six digits; a longer
// one (a town's) holds itself.
func Scope(code string) (from, to string, err error) {
	if len(code) < 6 {
		return "", "", fmt.Errorf("division code %q: want six digits", code)
	}
	for _, r := range code {
		if r < '0' || r > '9' {
			return "", "", fmt.Errorf("division code %q: want digits only", code)
		}
	}
	switch {
	case len(code) > 6:
		return code, code, nil
	case code == "000000": // the nation
		return "000000", "999999", nil
	case code[2:] == "0000":
		return code, code[:2] + "9999", nil
	case code[4:] == "00":
		return code, code[:4] + "99", nil
	}
	return code, code, nil
}

// InScope says whether a division code lies in a range made by Scope. A town's code of nine
// or twelve digits lies where its county does.
func InScope(code, from, to string) bool {
	if code == "" || from == "" {
		return false
	}
	if len(code) > len(to) {
		code = code[:len(to)]
	}
	return from <= code && code <= to
}

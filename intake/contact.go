package intake

// Who complains: what he gives of himself, and how it is shown to a desk.

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode"

	"xuncha/casework"
)

// Ways of giving one's identity (identity_mode).
const (
	RealName    = "real_name"    // 实名
	ContactOnly = "contact_only" // 仅留联系方式
	Anonymous   = "anonymous"    // 匿名
)

var (
	phoneForm    = regexp.MustCompile(`^\+?[0-9]{5,20}$`)
	emailForm    = regexp.MustCompile(`^[^@\s<>"]+@[^@\s<>"]+\.[^@\s<>".]+$`)
	idNumberForm = regexp.MustCompile(`^[0-9A-Za-z]{6,32}$`) // a resident's card, a passport, a permit
)

func (c *checker) contact(in *Contact) Contact {
	if in == nil {
		return Contact{}
	}
	out := Contact{
		Name: c.line("contact.name", in.Name, MaxName), Phone: c.line("contact.phone", in.Phone, MaxPhone),
		Email: c.line("contact.email", in.Email, MaxEmail), IDNumber: c.line("contact.id_number", in.IDNumber, MaxIDNumber),
		Home: in.Home,
	}
	// What is wrong is not quoted: an answer may be logged on its way.
	if out.Phone != "" && !phoneForm.MatchString(digits(out.Phone)) {
		c.add("phone_invalid", "contact.phone", 0, "contact.phone is no telephone number")
	}
	if out.Email != "" && !emailForm.MatchString(out.Email) {
		c.add("email_invalid", "contact.email", 0, "contact.email is no e-mail address")
	}
	if out.IDNumber != "" && !idNumberForm.MatchString(strings.ReplaceAll(out.IDNumber, " ", "")) {
		c.add("id_number_invalid", "contact.id_number", 0, "contact.id_number has letters and digits only, 6 to 32")
	}
	c.home(in.Home)
	return out
}

// home is only checked: it is sealed as it was sent, and never quoted.
func (c *checker) home(p *Point) {
	quiet := checker{who: c.who}
	quiet.position("contact.home", p)
	for _, m := range quiet.found {
		c.add(m.Code, m.Field, m.Limit, "contact.home is no position in a known datum")
	}
}

// identity: a real name comes with a way to answer, a contact with one, and nobody who
// wants to stay unknown is stored.
func (c *checker) identity(mode string, contact Contact) string {
	reachable := contact.Phone != "" || contact.Email != ""
	if mode == "" {
		mode = implied(contact)
	}
	if _, ok := casework.Process().Word("identity_mode", mode); !ok {
		c.add("identity_mode_unknown", "identity_mode", 0, "there is no identity mode %q", cut(mode))
		return mode
	}
	switch {
	case mode == RealName && contact.Name == "":
		c.add("contact_missing", "contact.name", 0, "a complaint under a real name needs the name")
	case mode != Anonymous && !reachable && (mode == ContactOnly || contact.IDNumber == ""):
		c.add("contact_missing", "contact.phone", 0, "a phone number or an e-mail address is needed")
	case mode == Anonymous && !contact.empty():
		c.add("contact_unexpected", "contact", 0, "an anonymous complaint carries no contact; leave it out, or choose contact_only")
	}
	return mode
}

func implied(c Contact) string {
	switch {
	case c.empty():
		return Anonymous
	case c.Name != "":
		return RealName
	}
	return ContactOnly
}

func (c Contact) empty() bool { return c == Contact{} }

// Written is the contact as Redact looks for it.
func (c Contact) Written() casework.Contact {
	return casework.Contact{Name: c.Name, Phone: c.Phone, Email: c.Email, IDNumber: c.IDNumber}
}

// digits leaves out what people put between digits.
func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-()（）－", r) {
			return -1
		}
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, phone)
}

// Mask is what a desk sees of a contact without a reason.
type Mask struct {
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Email    string `json:"email"`
	IDNumber string `json:"id_number"`
	Home     bool   `json:"home"` // there is one
}

// Masked hides a contact: 张*, 138****1234, z***@example.org, 1***4.
func (c Contact) Masked() Mask {
	m := Mask{Home: c.Home != nil}
	if name := []rune(c.Name); len(name) > 0 {
		m.Name = string(name[:1]) + "*"
	}
	if phone := []rune(local(digits(c.Phone))); len(phone) >= 11 {
		m.Phone = string(phone[:3]) + "****" + string(phone[len(phone)-4:])
	} else if len(phone) > 0 {
		m.Phone = "****" + string(phone[len(phone)-2:])
	}
	if local, domain, ok := strings.Cut(c.Email, "@"); ok {
		m.Email = string([]rune(local)[:1]) + "***@" + domain
	}
	if id := []rune(c.IDNumber); len(id) > 0 {
		m.IDNumber = string(id[:1]) + "***" + string(id[len(id)-1:])
	}
	return m
}

// ContactHash is the same for two complaints of one person and tells nothing else: a keyed
// hash of the phone number, or else of the e-mail address, or else of the id number. It is
// empty for who gave none of them.
func ContactHash(key []byte, c Contact) string {
	word := ""
	switch {
	case c.Phone != "":
		word = "phone:" + local(digits(c.Phone))
	case c.Email != "":
		word = "email:" + strings.ToLower(c.Email)
	case c.IDNumber != "":
		word = "id:" + strings.ToUpper(strings.ReplaceAll(c.IDNumber, " ", ""))
	default:
		return ""
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(word))
	return hex.EncodeToString(mac.Sum(nil))
}

// local drops the country code of China.
func local(phone string) string {
	for _, prefix := range []string{"+86", "0086"} {
		if rest, ok := strings.CutPrefix(phone, prefix); ok {
			return rest
		}
	}
	if len(phone) == 13 && strings.HasPrefix(phone, "861") {
		return phone[2:]
	}
	return phone
}

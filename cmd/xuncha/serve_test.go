package main

// Settings: what would stop the start is said by --check, in one line and without secrets.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestACheckRefusesWhatWouldStopTheStart(t *testing.T) {
	account := filepath.Join(t.TempDir(), "account.json")
	secret := `{"type":"service_account","project_id":"p","private_key":"s3cret-key"`
	for _, as := range []struct{ name, value, content, want string }{
		{"XUNCHA_FCM_CREDENTIALS", account, "not JSON", "is not a service account file"},
		{"XUNCHA_FCM_CREDENTIALS", account, secret, "is not a service account file"},
		{"XUNCHA_FCM_CREDENTIALS", account, `{"type":"authorized_user"}`, "is not a service account file"},
		{"XUNCHA_FCM_CREDENTIALS", account + ".none", "", "is not there or cannot be read"},
		{"XUNCHA_FCM_ENDPOINT", "foo", "", "want an address such as https://"},
		{"XUNCHA_FCM_ENDPOINT", "ftp://u:s3cret@host", "", "want an address such as https://"},
		{"XUNCHA_FCM_ENDPOINT", "https://u:s3cret@ho st/%zz", "", "want an address such as https://"},
		{"XUNCHA_QUIET_HOURS", "night", "", "22-7"},
	} {
		t.Run(as.name+" "+as.want, func(t *testing.T) {
			if err := os.WriteFile(account, []byte(as.content), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv(as.name, as.value)
			_, err := xuncha(t, "", "serve", "--check", "--dir", t.TempDir())
			if err == nil || !strings.HasPrefix(err.Error(), as.name+": ") || !strings.Contains(err.Error(), as.want) ||
				strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v, want one line with %q", err, as.want)
			}
		})
	}
}

func TestACheckPrintsWhatIsInForceWithoutSecrets(t *testing.T) {
	t.Setenv("XUNCHA_FCM_ENDPOINT", "https://u:s3cret@fcm.example.test/v1")
	out := must(t, "serve", "--check", "--dir", t.TempDir())
	if !strings.Contains(out, "fcm.example.test") || strings.Contains(out, "s3cret") || !strings.Contains(out, "22-7") {
		t.Errorf("%q", out)
	}
}

package main

// Settings: what would stop the start is said by --check, in one line and without secrets.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xuncha/internal/house"
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
		{"XUNCHA_S3_ENDPOINT", "s3.example.test", "", "XUNCHA_S3_BUCKET: is missing"},
		{"XUNCHA_S3_SECRET", "s3cret", "", "XUNCHA_S3_ENDPOINT: is missing"},
	} {
		t.Run(as.name+" "+as.want, func(t *testing.T) {
			if err := os.WriteFile(account, []byte(as.content), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv(as.name, as.value)
			_, err := xuncha(t, "", "serve", "--check", "--dir", t.TempDir())
			if err == nil || !strings.HasPrefix(err.Error(), strings.SplitN(as.name, "_S3_", 2)[0]) || !strings.Contains(err.Error(), as.want) ||
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

func TestWherePhotosRestIsSaidWithoutTheSecret(t *testing.T) {
	if out := must(t, "serve", "--check", "--dir", t.TempDir()); !strings.Contains(out, "photos this disk") || !strings.Contains(out, "at most 512 MB") {
		t.Error(out)
	}
	for name, value := range map[string]string{
		"ENDPOINT": "https://s3.example.test:9000", "BUCKET": "photos", "REGION": "cn-north-1", "ACCESS_KEY": "AKID", "SECRET": "s3cret", "PATH_STYLE": "true",
	} {
		t.Setenv("XUNCHA_S3_"+name, value)
	}
	out := must(t, "serve", "--check", "--dir", t.TempDir(), "--max-file", "100")
	for _, word := range []string{"S3 https://s3.example.test:9000", "bucket photos", "cn-north-1", "AKID", "secret ***", "at most 100 MB"} {
		if !strings.Contains(out, word) {
			t.Errorf("%q without %q", out, word)
		}
	}
	if strings.Contains(out, "s3cret") {
		t.Error("the secret is printed")
	}
	if _, err := xuncha(t, "", "serve", "--check", "--max-file", "10"); err == nil || !strings.Contains(err.Error(), "--max-file 10: want 64 to 8192 MB") {
		t.Errorf("%v", err)
	}
	t.Setenv("XUNCHA_S3_REGION", "")
	for _, tool := range [][]string{{"fsck"}, {"serve", "--check"}, {"backup", t.TempDir()}, {"demo", "--cases", "1"}} {
		h := house.New(t)
		h.Stop()
		args := append(tool, "--dir", h.Dir)
		if tool[0] == "demo" {
			args = append(tool, "--dir", filepath.Join(t.TempDir(), "demo"))
		}
		if _, err := xuncha(t, "", args...); err == nil || !strings.Contains(err.Error(), "XUNCHA_S3_REGION: is missing") {
			t.Errorf("%v: %v", tool, err)
		}
	}
}

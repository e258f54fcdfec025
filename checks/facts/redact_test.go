package facts

import "testing"

func TestRedactURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"jdbc:postgresql://h:5432/db":                              "jdbc:postgresql://h:5432/db",
		"jdbc:postgresql://h/db?password=s3cret&ssl=true":          "jdbc:postgresql://h/db?password=***&ssl=true",
		"jdbc:postgresql://h/db?ssl=true&Password=s3cret":          "jdbc:postgresql://h/db?ssl=true&Password=***",
		"jdbc:postgresql://h/db?sslpassword=s3cret":                "jdbc:postgresql://h/db?sslpassword=***",
		"jdbc:postgresql://h/db;password=s3cret;x=1":               "jdbc:postgresql://h/db;password=***",
		"jdbc:postgresql://user:s3cret@h:5432/db":                  "jdbc:postgresql://user:***@h:5432/db",
		"postgres://user:s3c:ret@h,h2:5432/db?password=s3cret":     "postgres://user:***@h,h2:5432/db?password=***",
		"Unable to parse URL jdbc:postgresql:/h?password=s3cret x": "Unable to parse URL jdbc:postgresql:/h?password=*** x",
		"passwords=":                         "passwords=",
		"jdbc:postgresql://h/d?password=a&b": "jdbc:postgresql://h/d?password=***",
		"jdbc:postgresql://h/d?password=a&b=c&d&sslmode=require&x=y":             "jdbc:postgresql://h/d?password=***&sslmode=require&x=y",
		"jdbc:postgresql://h/d?password=a&ssl&socketTimout=6":                    "jdbc:postgresql://h/d?password=***&ssl&socketTimout=6",
		"jdbc:postgresql://h/d?password=a&":                                      "jdbc:postgresql://h/d?password=***&",
		"jdbc:postgresql://h/d?password=a&&b":                                    "jdbc:postgresql://h/d?password=***",
		"jdbc:postgresql://h/d?password=a&b&password=c&d":                        "jdbc:postgresql://h/d?password=***&password=***",
		"docker run -e 'JDBC_URL=jdbc:postgresql://h/d?password=a&b' -e X=1 img": "docker run -e 'JDBC_URL=jdbc:postgresql://h/d?password=***' -e X=1 img",
		"a password=x & y": "a password=*** & y",
	} {
		if got := RedactURL(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestRedactText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"# jdbc.password=old":                       "# jdbc.password=***",
		"  PGPOOL_ADMIN_PASSWORD: \"s3cret\" # why": "  PGPOOL_ADMIN_PASSWORD: ***",
		`"password": "s3cret"`:                      `"password": ***`,
		"plugin.api-token : s3cret":                 "plugin.api-token : ***",
		"PGPASSWORD=x psql":                         "PGPASSWORD=*** psql",
		"no secret here = really":                   "no secret here = really",
		"a line\nsecret=x\nanother":                 "a line\nsecret=***\nanother",
		"jdbc.password=***":                         "jdbc.password=***",
		"the password is not set":                   "the password is not set",
	} {
		if got := RedactText(text); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
}

func TestSensitiveName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"jdbc.password": true, "JDBC_PASSWORD": true, "PGPOOL_POSTGRES_CUSTOM_PASSWORDS": true, "PGPOOL_AES_KEY": true, "REPMGR_PASSWORD": true,
		"PGPOOL_ADMIN_PASSWORD_FILE": false, "jdbc.password.decrypter.classname": false, "PGPOOL_ENABLE_POOL_PASSWD": false, "pool_passwd": false,
		"sr_check_password": true, "REPMGR_USE_PASSFILE": false, "LDAP_BIND_PASSWORD": true, "jdbc.url": false, "plugin.crowd.application-secret": true,
		"ssl_key": false, "POSTGRESQL_PASSWORD_ENCRYPTION": false, "wd_authkey": true, "PGPOOL_BACKEND_NODES": false,
	} {
		if got := SensitiveName(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

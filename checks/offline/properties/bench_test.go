package properties

import (
	"testing"

	"github.com/magiconair/properties"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// typical is a file as Bitbucket's migration wizard leaves it, with what administrators add.
const typical = `#>*******************************************************
#> Migrated to database at jdbc:postgresql://pgpool:5432/bitbucket
#> Updated on 2026-02-03T10:20:30.405+01:00
#>*******************************************************
jdbc.driver=org.postgresql.Driver
jdbc.url=jdbc:postgresql://pgpool:5432/bitbucket?targetServerType=master&ApplicationName=bitbucket
jdbc.user=bitbucketuser
jdbc.password=change-me

db.pool.size.max=80
db.pool.timeout.connect = 15
server.port=7990
server.secure=true
server.scheme=https
server.proxy-name=git.example.org
setup.displayName=Bitbucket
setup.baseUrl=https\://git.example.org
setup.license=AAAB1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP\
    QRSTUVWXYZ1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP\
    X02fd
hazelcast.network.multicast=true
plugin.search.config.baseurl=http://search:9200
plugin.auth-crowd.sso.enabled=true
`

func BenchmarkRead(b *testing.B) {
	b.SetBytes(int64(len(typical)))
	b.ReportAllocs()
	for b.Loop() {
		if file := Read(facts.NewSource("bitbucket.properties", []byte(typical))); len(file.Entries) != 16 {
			b.Fatal(len(file.Entries))
		}
	}
}

// BenchmarkLibrary is what reading the same file costs with magiconair/properties alone, which tells no places.
func BenchmarkLibrary(b *testing.B) {
	loader := properties.Loader{Encoding: properties.ISO_8859_1, DisableExpansion: true}
	b.SetBytes(int64(len(typical)))
	b.ReportAllocs()
	for b.Loop() {
		if loaded, err := loader.LoadBytes([]byte(typical)); err != nil || loaded.Len() != 16 {
			b.Fatal(loaded.Len(), err)
		}
	}
}

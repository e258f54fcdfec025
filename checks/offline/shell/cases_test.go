package shell

// scriptCase is a script that bash can run.
type scriptCase struct {
	name, script string
	files        map[string]string
	// unresolved are the variables that the reader cannot know, sorted; "image" for the image.
	unresolved string
	// rest is "unresolved" when names, ports and the like cannot be known.
	rest string
}

var scriptCases = []scriptCase{
	// The command line.
	{name: "as Atlassian's page has it", script: `docker run --detach --rm \
  --name pg-0 \
  --network my-network \
  -p 5432:5432 \
  -e REPMGR_PARTNER_NODES={PG-0-IP},{PG-1-IP} \
  --env REPMGR_NODE_NAME=pg-0 \
  --env=REPMGR_PASSWORD=repmgrpass \
  -eBITNAMI_DEBUG=true \
  bitnami/postgresql-repmgr:latest
docker run --detach --name pgpool -e PGPOOL_BACKEND_NODES=0:{PG-0-HOST},1:{PG-1-HOST} bitnami/pgpool:latest`},
	{name: "sudo exec paths", script: `/usr/bin/env docker run -e A=1 img; command docker run -e B=2 img`},
	{name: "podman", script: `podman run -e A=1 img`},
	{name: "combined flags", script: `docker run -itdp 5432:5432 -e A=1 -vdata:/bitnami img bash -c "echo x"`},
	{name: "other docker commands", script: `docker network create n; docker pull img; docker ps -a; docker exec -e A=1 c bash`},
	{name: "double dash", script: `docker run -e A=1 -- img -e B=2`},
	{name: "env file", script: `docker run --env-file pg.env --env-file=b.env -e C=3 img`, files: map[string]string{"pg.env": "# x\nA=1\nQ=\"q\"\n", "b.env": "B=2\nA=3"}},
	{name: "env file in a directory", script: "cd conf\ndocker run --env-file pg.env img\n(cd sub; docker run --env-file c.env img)\ndocker run --env-file ./sub/../pg.env img", files: map[string]string{"conf/pg.env": "A=1", "conf/sub/c.env": "B=2"}},
	{name: "env file with a name of the environment", script: "export A=1; B=2\ndocker run --env-file pg.env img", files: map[string]string{"pg.env": "A\nB\nHOME\n"}, unresolved: "B HOME"},

	// Quotes.
	{name: "quotes", script: `docker run -e "A=a b" -e 'B=c d' -e C="e f" -e D='g h' -e E=a\ b -e "F"'='"x"y'z' -e G="" -e H='' -e I= -e J=""x img`},
	{name: "escapes", script: `docker run -e A=\$x\\\"\' -e B="\$x\\\"\'\q\a" -e 'C=\$x\\' -e D=a\
b -e E="a\
b" -e F='a\
b' -e G="a
b" img`},
	{name: "dollar quotes", script: `docker run -e A=$'a\tb\n\'\"\\\x41\101\u00e9\U1F600\e\a\cA\q\?' -e B=$"x y" -e C=$'' -e D=$'\x' -e E=$'a\0b'c -e F=$'\1012' img`},
	{name: "quotes in quotes", script: `docker run -e "A='x' \"y\"" -e 'B="x"' -e C=a"b"'c'd img`},
	{name: "special characters", script: `docker run -e A=a=b,c:d/e@f%g+h -e B=# -e C=x#y -e D="a#b" -e E=? -e F=a* -e 'G=!' -e H={ -e I=} -e J={} -e K=[x] -e L=^ -e "N="~"a" -e O="a"~ -e P='a':~x img # -e M=1`, unresolved: "P"},
	{name: "umlauts", script: "docker run -e A=äöü -e \"B=ä\" -e 'C=€' -e D=\\ä img"},
	{name: "tabs and blanks", script: "\tdocker\trun   -e\tA=1 \\\n\t -e B=2   img  \n"},
	{name: "several on a line", script: `docker run -e A=1 img; docker run -e A=2 img && docker run -e A=3 img || true`},

	// Braces.
	{name: "braces", script: `docker run -e A={a,b} -e B=x{1..3}y img`},
	{name: "braces that make options", script: `docker run -e{A=1,B=2} --env={C=3,D=4} img`},
	{name: "braces that are none", script: `docker run -e A={PG-0-IP} -e B={PG-0-IP},{PG-1-IP} -e C={} -e D={x} -e "E={a,b}" -e F=\{a,b} -e G='{'a,b} -e H=0:{PG-0-HOST}:5432,1:{PG-1-HOST}:5432 img`},
	{name: "braces in braces", script: `docker run img {x{a,b}} {a,b{c,d}} {a,b{c,d} {1..3} {01..10..4} {c..a} {a,} x{,y}z {1..a} {a..c..2} {,} {a,b}{c,d} {"a b",c} {a\,b,c} {-1..1} {3..1} {a,b}} ${X:-{a,b}} {a..} {..} {1.5..2}`},
	{name: "braces in assignments", script: "A={a,b} export B={a,b}; C={a,b}; export C D=x{1..2}\ndocker run -e B -e C=$C -e D img"},

	// Variables.
	{name: "variables", script: `A=1
B="x $A"
C='$A'
D=$A$B
E=${A}b
F=
docker run -e A=$A -e "B=$B" -e "C=$C" -e D="$D" -e "E=$E" -e F=$F -e G="$A-$A" img:$A`},
	{name: "unset variables", script: `docker run -e A=$X -e "B=${Y}" -e C=x${Z}y img`, unresolved: "A B C"},
	{name: "defaults", script: `E=
docker run -e A=${X:-d} -e B=${X-d} -e C=${E:-d} -e D=${E-d} -e F="${X:-a b}" -e G=${X:-"a b"} -e H=${X:-$E} -e I=${X:-${Y:-z}} -e J=${X:-} -e K=${E+a} -e L=${E:+a} -e M=${E+} img`},
	{name: "defaults that are assigned", script: `: ${A:=1} "${B:=x y}" ${C=}
docker run -e A=$A -e "B=$B" -e C=$C -e D=${D:=2}$D img`},
	{name: "demands and alternatives", script: `A=1
docker run -e A=${A:?no} -e B=${A:+b} -e C=${A+"c d"} -e D=${X:+d} -e E=${X+} img`, unresolved: "D"},
	{name: "single quotes in defaults", script: `docker run -e "A=${X:-'q'}" -e B=${X:-'q r'} -e "C=${X:-a\}b}" -e D=${X:-a\}b} -e "E=${X:-"x y"}" -e "F=${X:-'$X'}" img`, unresolved: "F"},
	{name: "default with words", script: `docker run ${X:--e A=1 -e "B=b c"} -e C=${X:-a b} cmd`},
	{name: "exported", script: `export A=1 B="x y"
C=3; export C
D=4
declare -x E=5
readonly F=6; export F
export G H; G=7
typeset -rx I=8
export "J=9 10" K='x'
docker run -e A -e B -e C -e D -e E -e F -e G -e H -e I -e J -e K -e L img`, unresolved: "D H L"},
	{name: "exported no more", script: `export A=1 B=2 C=3
export -n A; declare +x B; unset C
docker run -e A -e B -e C -e D=x$C img`, unresolved: "A B C"},
	{name: "all exported", script: "set -a\nA=1\n. ./vars.env\nset +a\nB=2\ndocker run -e A -e B -e V -e W img", files: map[string]string{"vars.env": "V=1\nW=\"a b\"\n"}, unresolved: "B"},
	{name: "set options", script: "set -euo pipefail\nset -o allexport\nA=1\nset +o allexport\nB=2\ndocker run -e A -e B -e C=${1:-none} img", unresolved: "B"},
	{name: "in front of the command", script: `X=1
A=2 X=3 docker run -e A -e X -e B=$X -e C=${A:-no} img
docker run -e A -e X img`, unresolved: "A X"},
	{name: "env in front", script: `export C=1
env A=1 B="x y" docker run -e A -e B -e C img; env -i PATH="$PATH" A=1 docker run -e A -e C img; env -u C docker run -e C img`, unresolved: "C C"},
	{name: "appended", script: `A=1; A+=2; B+=x; export C=a; C+=b
docker run -e A=$A -e B=$B -e C img`},
	{name: "unquoted values are split", script: `OPTS="-e A=1   -e B=2"
E=""
NAME="--name pg-0"
docker run $OPTS $E $NAME -e C=$E img
X=" a b "
docker run -e D=x${X}y -e E="$X" cmd`},
	{name: "quoted option variable", script: `O="-e A=1"
docker run "-e" "A=$O" "${O:0:2}" img`, unresolved: "image", rest: "unresolved"},
	{name: "unset and empty options", script: `docker run $OPTS -e A=1 ${EXTRA} img`},
	{name: "arrays", script: `args=(-e A=1 -e "B=x y" --name 'pg 0')
args+=(-p 5432:5432)
list=(a "b c")
docker run "${args[@]}" -e C="${list[1]}" -e D=${list[0]} -e "E=${list[*]}" -e F=$list img "${list[@]}"
docker run ${args[@]} img`},
	{name: "array of an env file", script: `mapfile -t lines < list
docker run -e A="${lines[0]}" "${lines[@]}" img`, files: map[string]string{"list": "-e\nB=1\n"}, unresolved: "A", rest: "unresolved"},
	{name: "indices", script: `declare -A m=([x]=1 [y]=2); a[3]=z; declare -a b=(1 2)
docker run -e A=${m[x]} -e B=${a[3]} -e C=${b[1]} img`, unresolved: "A B"},
	{name: "lengths and removals", script: `A=pgpool.example.com; B=5432/tcp
docker run -e A=${#A} -e B=${B%/tcp} -e C=${A#pgpool.} -e D=${A%%.*} -e E=${A/pgpool/x} -e F=${A^^} -e G=${B:0:4} -e H=${A%x} -e I=${B##5} img`, unresolved: "D E F G"},
	{name: "indirection", script: `A=1; P=A
docker run -e X=${!P} -e Y=${A@Q} img`, unresolved: "X Y"},
	{name: "read-only", script: `readonly A=1
docker run -e A=$A img`},
	{name: "command output", script: `A=$(echo 1); B=` + "`echo 2`" + `; C=$((1+2)); D=x$(echo y)z
docker run -e A=$A -e B=$B -e C=$C -e D=$D -e E=$(echo 5) img`, unresolved: "A B C D E"},
	{name: "docker inside a substitution", script: `ID=$(docker run -d -e A=1 img)
ID2=` + "`docker run -d -e A=2 img`" + `
docker run -e A=${ID:-x} img`, unresolved: "A"},
	{name: "of the shell itself", script: `docker run -e A=$HOME -e B=$PWD -e C=${HOSTNAME:-x} -e D=$RANDOM -e E=$? -e F=$0 -e G=~ -e H=~/x -e I=a~ -e J=$UID -v $PWD/data:/data -v ~/x:/y img`, unresolved: "A B C D E F G H J", rest: "unresolved"},
	{name: "positional parameters", script: `set -- one "two 2" three
docker run -e A=$1 -e B="$2" -e C=${3} -e D="$*" -e E=${4:-none} -e F=x$5 img "$@"
shift
docker run -e A="$1" img $@
shift 2
docker run -e A=x$1 img "$@"`},
	{name: "arguments of the script", script: `docker run -e A=${1:-d} -e B=$2 -e C=$# img "$@"`, unresolved: "B C", rest: "unresolved"},
	{name: "changed separators", script: `A="1,2"; IFS=,
docker run -e B=$A -e C="$A" img
X="a,,b c , d,"; unset IFS; set -- 1 2; IFS=", "; docker run -e C="$*" cmd $X; IFS=; docker run -e C="$*" -e D=$X img`, unresolved: ""},
	{name: "computed", script: `i=1; ((i++)); let j=5; k=2; : $((k=7)); declare -i n=1+1; printf -v p %s x; read r <<< y; l=ABC; declare -l l
docker run -e A=$i -e B=$j -e C=$k -e D=$n -e E=$p -e F=$r img`, unresolved: "A B C D E F"},

	// Branches, loops, functions.
	{name: "a branch", script: `A=1; B=1
if true; then A=2; docker run -e A=$A -e B=$B img; fi
docker run -e A=$A -e B=$B img`, unresolved: "A"},
	{name: "both branches", script: `if false; then A=1; elif B=2; true; then A=3; else A=4; fi
docker run -e A=$A -e B=$B -e C=x img`, unresolved: "A B"},
	{name: "a condition that assigns", script: `if A=1; then :; fi
docker run -e A=$A img`},
	{name: "and, or", script: `[ -z "$A" ] && A=1; B=2 && C=3; test -n "$D" || D=4
docker run -e A=$A -e B=$B -e C=$C -e D=$D img`, unresolved: "A C D"},
	{name: "case", script: `case x in a) A=1;; x) A=2; B=2; docker run -e A=$A img;; esac; C=3
docker run -e A=$A -e B=$B -e C=$C img`, unresolved: "A B"},
	{name: "case that falls through", script: `case a in a) A=1;& b) docker run -e A=$A img;; esac`, unresolved: "A"},
	{name: "a loop over words", script: `for i in 0 1; do
  docker run --name pg-$i -e REPMGR_NODE_NAME=pg-$i -p 543$i:5432 img
done
docker run -e I=$i img`},
	{name: "a loop that collects", script: `L=""
for h in pg-0 pg-1; do L="$L,$h"; done
docker run -e L="${L#,}" img`},
	{name: "a loop with break", script: `for p in a b c; do X=$p; if [ $p = b ]; then break; fi; done
docker run -e X=$X img`, unresolved: "X"},
	{name: "a while loop", script: `i=0; A=1
while [ $i -lt 1 ]; do docker run -e I=$i -e A=$A -e B=x img; A=2; i=$((i+1)); done
docker run -e A=$A -e C=1 img`, unresolved: "A A I"},
	{name: "a counting loop", script: `for ((i=0; i<1; i++)); do docker run -e I=$i -e A=1 img; done`, unresolved: "I"},
	{name: "a loop over an array", script: `nodes=(pg-0 "pg 1")
for n in "${nodes[@]}"; do docker run -e N="$n" img; done`},
	{name: "a loop in a loop", script: `for a in 1 2; do for b in x y; do docker run -e V=$a$b img; done; done`},
	{name: "a subshell", script: `A=1; (A=2; docker run -e A=$A img); { A=3; }
docker run -e A=$A img; (A=5) | cat; A=6 & wait
docker run -e A=$A img`},
	{name: "a pipe", script: `A=1; echo x | A=2; A=3 | docker run -e A=$A img; ! docker run -e A=$A img | cat`},
	{name: "functions", script: `start() { local name=$1; shift; docker run --name "$name" -e REPMGR_NODE_NAME=$name "$@" img; }
start pg-0 -e A=1
start pg-1 -e "A=x y" -p 1:2
docker run -e N=${name:-none} img`},
	{name: "functions and variables", script: `A=1; B=1
f() { A=2; local B=2; C=3; docker run -e A=$A -e B=$B img; g; }
g() { docker run -e A=$A -e B=$B img; }
f; docker run -e A=$A -e B=$B -e C=$C img; A=9 g; docker run -e A=$A img`},
	{name: "a function that may return", script: `f() { A=1; [ -n "$X" ] && return; A=2; }
A=0; f; docker run -e A=$A img`, unresolved: "A"},
	{name: "a function that returns", script: `f() { A=1; return; A=2; }
f; docker run -e A=$A img`},
	{name: "a function named docker", script: `docker() { command docker "$@" -e LAST=1; }
docker run -e A=1 img`},
	{name: "a function defined twice", script: `f() { A=1; }; f() { A=2; }; f; docker run -e A=$A img`},
	{name: "a function defined in a branch", script: `f() { A=1; }; if true; then f() { A=2; }; fi; f; docker run -e A=$A img`, unresolved: "A"},
	{name: "recursion", script: `f() { [ "$1" = 0 ] && return; docker run -e A=1 img; }; f 1`},
	{name: "exit", script: "docker run -e A=1 img; the-end\nexit 0\ndocker run -e A=2 img"},
	{name: "exec", script: "the-end\nexec docker run -e A=1 img\ndocker run -e A=2 img"},
	{name: "here-documents", script: "cat > /dev/null <<EOF\ndocker run -e A=0 img\nX=1\nEOF\ncat <<'EOF' > /dev/null\ndocker run $X\nEOF\ndocker run -e A=1 -e X=$X img <<< text > /dev/null 2>&1", unresolved: "X"},
	{name: "comments", script: "# docker run -e A=0 img\ndocker run -e A=1 `# inside` img # behind"},
	{name: "sourced", script: "A=1\n. ./lib.sh\nstart x\ndocker run -e A=$A -e B=\"$B\" img", files: map[string]string{"lib.sh": "A=2; B='from lib'\nstart() { docker run -e A=$A -e N=$1 img; }\n"}},
	{name: "sourced and not there", script: "A=1\n. ./none.sh 2>/dev/null\ndocker run -e A=$A img"},

	// Environments without a container.
	{name: "in front of the image's program", script: "PGPOOL_NUM_INIT_CHILDREN=100 PGPOOL_MAX_POOL='4' \\\n  PGPOOL_ADMIN_USERNAME=admin run.sh --x"},
	{name: "exported and run", script: "export PGPOOL_PORT_NUMBER=5433\nPGPOOL_MAX_POOL=4 run.sh"},
	{name: "exported only", script: "export PGPOOL_NUM_INIT_CHILDREN=32 PGPOOL_MAX_POOL=$((1+1))\nexport JDBC_URL='jdbc:postgresql://pgpool:5432/bitbucket'\nPGPOOL_X=1; X=2; export Y=3", unresolved: "PGPOOL_MAX_POOL"},
	{name: "exported in a branch", script: "export JDBC_USER=x\nif true; then export JDBC_URL=y; fi", unresolved: "JDBC_URL"},
	{name: "neither", script: "A=1; export B=2; ls > /dev/null"},
}

#!/bin/sh
# Builds and runs the JMH benchmarks. Arguments go to JMH: a regular expression of benchmarks, -p name=value
# and so on (-h lists them). Results are written as JSON to target/jmh.json unless -rff says otherwise.
set -eu
bench=$(CDPATH='' cd -P "$(dirname "$0")" && pwd)
"$bench/build.sh" >&2
case " $* " in
  *" -rff "*) ;;
  *) set -- "$@" -rff "$bench/target/jmh.json" ;;
esac
: "${OMP_WAIT_POLICY:=passive}" # as compare.py, where the reason stands
export OMP_WAIT_POLICY
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
exec "$java" -cp "$bench/target/classes:$bench/target/lib/*" org.openjdk.jmh.Main -rf json "$@"

#!/bin/sh
# Builds the benchmarks and what they run on; the classes to run are then in target/lib and target/*.jar.
set -eu
cd "$(dirname "$0")/.."
mvn -B -ntp -q -Pbench -Dquick -Dmaven.test.skip -pl bench -am package "$@"

# shellcheck shell=bash
# One Apache Kafka broker in KRaft mode, from jars that Maven resolves by the coordinates in tools/kafka/pom.xml.
#
# The broker keeps Kafka's own defaults wherever a single node allows it, so that tests meet what users meet.

KAFKA_HOME="$DEV_STATE/kafka"
KAFKA_PROPERTIES="$KAFKA_HOME/server.properties"
KAFKA_PID="$KAFKA_HOME/broker.pid"
KAFKA_LOG="$KAFKA_HOME/broker.log"
KAFKA_JARS="$DEV_CACHE/kafka/$(sed -n '/kafka_2.13/{n;s/.*<version>\(.*\)<.*/\1/p}' "$ROOT/tools/kafka/pom.xml")"
KAFKA_SUMS="$ROOT/tools/kafka/jars.sha256"

#: kafka       a private Kafka broker: start, stop, status, reset (pin: record a new version's jars)
cmd_kafka() {
    case ${1:-start} in
    start)
        alone kafka kafka_start
        kafka_status
        ;;
    stop) alone kafka kafka_stop ;;
    status) kafka_status ;;
    reset) alone kafka kafka_reset ;;
    pin) kafka_pin ;;
    *) die "./dev kafka start|stop|status|reset|pin, not '$1'" ;;
    esac
}

kafka_runs() { runs "$KAFKA_PID" "$KAFKA_PROPERTIES"; }

kafka_address() { sed -n 's#^advertised.listeners=PLAINTEXT://##p' "$KAFKA_PROPERTIES"; }

kafka_status() {
    kafka_runs || { say "no Kafka of this checkout is running; ./dev kafka start starts one" && return 3; }
    echo "export HOLDFAST_TEST_KAFKA=$(kafka_address)"
}

kafka_start() {
    kafka_runs && return
    kafka_obtain
    mkdir -p "$KAFKA_HOME"
    kafka_write_properties "$(free_port)" "$(free_port)"
    kafka_format
    say "starting Kafka at $(kafka_address) (log: ${KAFKA_LOG#"$ROOT"/})"
    exec_kafka kafka.Kafka "$KAFKA_PROPERTIES" >"$KAFKA_LOG" 2>&1 </dev/null 9>&- &
    echo $! >"$KAFKA_PID"
    wait_until 60 kafka_answers || {
        show_tail "$KAFKA_LOG"
        kafka_stop
        die "Kafka did not answer within 60 s; the end of its log is above"
    }
}

kafka_answers() { kafka_runs && kcat -b "$(kafka_address)" -L -m 2; }

kafka_stop() { stop_process "$KAFKA_PID" "$KAFKA_PROPERTIES" TERM; }

# The logs stay until the next start.
kafka_reset() {
    kafka_stop
    rm -rf "$KAFKA_HOME/data"
}

# Replaces the (sub)shell, so that its process id is the broker's; setsid, so that it outlives the shell's Ctrl-C.
exec_kafka() {
    exec setsid java -Xms256m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
        -Dlog4j2.configurationFile="$ROOT/tools/kafka/log4j2.yaml" -cp "$KAFKA_JARS/*" "$@"
}

kafka_write_properties() {
    cat >"$KAFKA_PROPERTIES" <<END
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:$1,CONTROLLER://127.0.0.1:$2
advertised.listeners=PLAINTEXT://127.0.0.1:$1
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
# Named here rather than in the data, so that the next start may use other ports.
controller.quorum.voters=1@127.0.0.1:$2
log.dirs=$KAFKA_HOME/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# A group with one member need not wait 3 s for others.
group.initial.rebalance.delay.ms=0
END
}

kafka_format() {
    [ -f "$KAFKA_HOME/data/meta.properties" ] && return
    (exec_kafka kafka.tools.StorageTool format --ignore-formatted \
        -t "$(kafka_cluster_id)" -c "$KAFKA_PROPERTIES") >"$KAFKA_HOME/format.log" 2>&1 </dev/null || {
        show_tail "$KAFKA_HOME/format.log"
        die "Kafka could not format $KAFKA_HOME/data"
    }
}

# 16 random bytes, in the alphabet that is safe in URLs.
kafka_cluster_id() { head -c 16 /dev/urandom | base64 | tr '+/' 'AB' | tr -d '='; }

# --- obtaining ---

kafka_obtain() {
    need_packages "talking to Kafka" kcat
    kafka_need_java
    kafka_jars_match && return
    kafka_resolve
    kafka_jars_match || die "the jars in $KAFKA_JARS are not those of tools/kafka/jars.sha256"
}

java_version() { java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p'; }

kafka_need_java() {
    local version=0
    if command -v java >/dev/null; then version=$(java_version); fi
    [ "${version:-0}" -ge 17 ] && return
    local package
    package=$(first_candidate openjdk-17-jre-headless openjdk-21-jre-headless)
    need_packages "Kafka (Java 17 or newer)" "$package"
}

kafka_jars_match() {
    [ -d "$KAFKA_JARS" ] || return 1
    # Exactly these: a jar too many would be on the class path unseen.
    [ "$(find "$KAFKA_JARS" -name '*.jar' | wc -l)" -eq "$(wc -l <"$KAFKA_SUMS")" ] &&
        (cd "$KAFKA_JARS" && sha256sum --check --quiet --strict "$KAFKA_SUMS") >&2
}

kafka_resolve() {
    command -v mvn >/dev/null || need_packages "fetching Kafka" maven
    say "fetching Apache Kafka ${KAFKA_JARS##*/} with Maven into ${KAFKA_JARS#"$ROOT"/} (45 MB)"
    rm -rf "$KAFKA_JARS"
    mvn -B -q -f "$ROOT/tools/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
        -DoutputDirectory="$KAFKA_JARS" >&2 </dev/null || die "Maven could not resolve tools/kafka/pom.xml"
}

# Records what Maven resolves now as what is expected from here on.
kafka_pin() {
    kafka_need_java
    kafka_resolve
    (cd "$KAFKA_JARS" && sha256sum -- *.jar) >"$KAFKA_SUMS"
    say "wrote ${KAFKA_SUMS#"$ROOT"/}: $(wc -l <"$KAFKA_SUMS") jars; review and check it in"
}

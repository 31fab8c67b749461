import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/**
 * Applications of Kafka Streams that start and stop when they are told so on stdin, a line a command. Their topology is
 * that of takeover-topology.ts, operator by operator.
 */
public class Takeover {
  /** Tells how far the stream time of the task has come at each record. */
  static class StreamTimes extends ContextualFixedKeyProcessor<String, String, String> {
    @Override
    public void process(FixedKeyRecord<String, String> record) {
      context().forward(record.withValue(record.value() + "@" + context().currentStreamTimeMs()));
    }
  }

  static void write(KStream<String, String> stream, String kind, String output) {
    stream.map((key, value) -> KeyValue.pair(kind + "/" + key, value)).to(output);
  }

  static Topology topology(String input, String output) {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, String> clicks = builder.stream(input + "-clicks");
    write(clicks.groupByKey()
        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofSeconds(10), Duration.ofSeconds(5)))
        .count()
        .toStream((window, count) -> window.key() + "@" + window.window().start())
        .mapValues(String::valueOf), "window", output);
    write(clicks.groupBy((key, value) -> key.charAt(0) + value.substring(0, 1))
        .count()
        .toStream()
        .mapValues(String::valueOf), "count", output);
    KTable<String, String> reduced = clicks.groupByKey().reduce((aggregate, value) -> aggregate + "," + value);
    write(reduced.toStream(), "reduce", output);
    write(reduced.groupBy((key, value) -> KeyValue.pair(key.charAt(0) + "#" + value.length() % 3, value),
            Grouped.as("lengths"))
        .count()
        .toStream()
        .mapValues(String::valueOf), "table", output);

    KStream<String, String> left = builder.stream(input + "-left");
    KStream<String, String> right = builder.stream(input + "-right");
    JoinWindows near = JoinWindows.ofTimeDifferenceAndGrace(Duration.ofSeconds(3), Duration.ofSeconds(2));
    StreamJoined<String, String, String> serdes = StreamJoined.with(Serdes.String(), Serdes.String(), Serdes.String());
    write(left.join(right, (one, other) -> one + "+" + other, near, serdes), "inner", output);
    write(left.leftJoin(right, (one, other) -> one + "+" + other, near, serdes), "left", output);
    write(left.outerJoin(right, (one, other) -> one + "+" + other, near, serdes.withStoreName("both")), "outer", output);

    KStream<String, String> ticks = builder.stream(input + "-ticks");
    write(ticks.processValues(StreamTimes::new), "tick", output);
    return builder.build();
  }

  static KafkaStreams streams(String bootstrapServers, String input, String[] words) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, words[1]);
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, words[2]);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, words[3]);
    properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    // The wall clock decides nothing: every update is forwarded, and unmatched records as soon as they can be.
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    properties.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_OUTER_JOIN_SPURIOUS_RESULTS_FIX, 0L);
    return new KafkaStreams(topology(input, words[1] + "-out"), properties);
  }

  public static void main(String[] args) throws Exception {
    Map<String, KafkaStreams> running = new HashMap<>();
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ");
      if (words[0].equals("start")) {
        KafkaStreams streams = streams(args[0], args[1], words);
        running.put(words[1], streams);
        streams.start();
      } else {
        // Without LEAVE_GROUP the group waits for the session of this member to end.
        var leave = CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
        boolean hasClosed = running.remove(words[1]).close(leave.withTimeout(Duration.ofSeconds(60)));
        if (!hasClosed) throw new IllegalStateException(words[1] + " did not close");
      }
      System.out.println(line);
    }
    for (KafkaStreams streams : running.values()) streams.close();
  }
}

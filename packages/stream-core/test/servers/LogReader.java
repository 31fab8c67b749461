import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Prints what Kafka's own consumer sees of topics, one JSON object a record, up to the ends that they have at the start. */
public class LogReader {
  static String hex(byte[] bytes) {
    return bytes == null ? "null" : '"' + HexFormat.of().formatHex(bytes) + '"';
  }

  static String text(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : value.toCharArray()) {
      if (c == '"' || c == '\\' || c < ' ') quoted.append(String.format("\\u%04x", (int) c));
      else quoted.append(c);
    }
    return quoted.append('"').toString();
  }

  static String line(ConsumerRecord<byte[], byte[]> record) {
    List<String> headers = new ArrayList<>();
    for (Header header : record.headers()) headers.add("[" + text(header.key()) + "," + hex(header.value()) + "]");
    return "{\"topic\":" + text(record.topic()) + ",\"partition\":" + record.partition()
        + ",\"offset\":" + record.offset() + ",\"timestamp\":" + record.timestamp() + ",\"key\":" + hex(record.key())
        + ",\"value\":" + hex(record.value()) + ",\"headers\":[" + String.join(",", headers) + "]}";
  }

  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", args[0]);
    properties.put("isolation.level", args[1]);
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "earliest");
    try (var out = new java.io.PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false, StandardCharsets.UTF_8);
        var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (int i = 2; i < args.length; i++) {
        var known = consumer.partitionsFor(args[i]);
        if (known == null || known.isEmpty()) throw new IllegalArgumentException("there is no topic " + args[i]);
        for (var partition : known) partitions.add(new TopicPartition(partition.topic(), partition.partition()));
      }
      // The ends that this consumer may reach: the last stable offsets when it reads committed records only.
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (!partitions.isEmpty()) {
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) out.println(line(record));
        }
        partitions.removeIf(partition -> consumer.position(partition) >= ends.get(partition));
        consumer.assign(partitions);
      }
      out.flush();
    }
  }
}

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes the logs on which other clients for Node show aborted records, and one log a compression. */
public class LogCases {
  static String servers;
  static String prefix;

  static KafkaProducer<byte[], byte[]> producer(String transactionalId, String compression, int lingerMs) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", servers);
    config.put("compression.type", compression);
    if (transactionalId != null) config.put("transactional.id", prefix + transactionalId);
    config.put("batch.size", 65536);
    config.put("linger.ms", lingerMs);
    KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    if (transactionalId != null) producer.initTransactions();
    return producer;
  }

  static void send(KafkaProducer<byte[], byte[]> producer, String topic, byte[] key, String value) throws Exception {
    producer.send(new ProducerRecord<>(prefix + topic, 0, key, value.getBytes())).get();
  }

  /** Two producers abort, interleaved on one partition. */
  static void t1() throws Exception {
    try (var a = producer("a", "none", 0); var b = producer("b", "none", 0); var plain = producer(null, "none", 0)) {
      send(plain, "t1", null, "first");
      a.beginTransaction();
      b.beginTransaction();
      send(a, "t1", null, "ABORTED-a1");
      send(b, "t1", null, "ABORTED-b1");
      send(a, "t1", null, "ABORTED-a2");
      b.abortTransaction();
      send(a, "t1", null, "ABORTED-a3");
      send(plain, "t1", null, "middle");
      a.abortTransaction();
      b.beginTransaction();
      send(b, "t1", null, "committed-b");
      b.commitTransaction();
      send(plain, "t1", null, "last");
    }
  }

  /** An aborted transaction holds a record whose key looks like a marker. */
  static void t2() throws Exception {
    try (var a = producer("c", "none", 0); var plain = producer(null, "none", 0)) {
      a.beginTransaction();
      send(a, "t2", new byte[] {0, 0, 0, 0}, "ABORTED-1");
      send(a, "t2", new byte[] {0, 0, 0, 1}, "ABORTED-2");
      a.abortTransaction();
      a.beginTransaction();
      send(a, "t2", new byte[] {0, 0, 0, 0}, "committed");
      a.commitTransaction();
      send(plain, "t2", new byte[] {0, 0, 0, 0}, "last");
    }
  }

  /** The same producer aborts twice inside one fetch. */
  static void t3() throws Exception {
    try (var a = producer("d", "none", 0)) {
      for (int round = 0; round < 3; round++) {
        a.beginTransaction();
        send(a, "t3", null, "ABORTED-" + round);
        a.abortTransaction();
        a.beginTransaction();
        send(a, "t3", null, "committed-" + round);
        a.commitTransaction();
      }
    }
  }

  /** The abort marker lies far beyond the fetch of the records. */
  static void t4() throws Exception {
    try (var a = producer("e", "none", 0); var plain = producer(null, "none", 0)) {
      send(plain, "t4", null, "first");
      a.beginTransaction();
      for (int index = 0; index < 20; index++) send(a, "t4", null, "ABORTED-" + index + "x".repeat(2000));
      a.abortTransaction();
      send(plain, "t4", null, "last");
    }
  }

  static void compressed(String type) throws Exception {
    try (var transactional = producer("z" + type, type, 50); var plain = producer(null, type, 50)) {
      for (int index = 0; index < 2000; index++) {
        String value = "value " + index + " of a log that is packed with " + type + " " + "y".repeat(index % 300);
        plain.send(new ProducerRecord<>(prefix + type, 0, ("key " + index).getBytes(), value.getBytes()));
      }
      plain.flush();
      transactional.beginTransaction();
      for (int index = 0; index < 100; index++) {
        transactional.send(new ProducerRecord<>(prefix + type, 0, null, ("ABORTED packed " + index).getBytes()));
      }
      // Aborting drops what was not sent yet.
      transactional.flush();
      transactional.abortTransaction();
      send(plain, type, null, "last");
    }
  }

  public static void main(String[] args) throws Exception {
    servers = args[0];
    prefix = args[1];
    List<String> types = List.of("none", "gzip", "snappy", "lz4", "zstd");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      List<String> names = new java.util.ArrayList<>(types);
      names.addAll(List.of("t1", "t2", "t3", "t4", "from-here"));
      admin.createTopics(names.stream().map(name -> new NewTopic(prefix + name, Optional.of(1), Optional.empty())).toList()).all().get();
    }
    t1();
    t2();
    t3();
    t4();
    for (String type : types) compressed(type);
  }
}

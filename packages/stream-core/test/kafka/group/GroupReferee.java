import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Kafka's own view of a group: what it has committed, who is in it, and a member of it. */
public class GroupReferee {
  public static void main(String[] args) throws Exception {
    Map<String, Object> properties = new TreeMap<>(Map.of("bootstrap.servers", args[1]));
    switch (args[0]) {
      case "offsets" -> offsets(properties, args[2]);
      case "members" -> members(properties, args[2]);
      case "member" -> member(properties, args[2], args[3]);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /** A line for each partition: offset, leader epoch and metadata. */
  static void offsets(Map<String, Object> properties, String group) throws Exception {
    try (Admin admin = Admin.create(properties)) {
      var offsets = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
      for (var entry : offsets.entrySet()) {
        var offset = entry.getValue();
        System.out.println(entry.getKey() + " " + offset.offset() + " " + offset.leaderEpoch().orElse(-1) + " " + offset.metadata());
      }
    }
  }

  /** A line for each member: its group instance id, and what it is assigned. */
  static void members(Map<String, Object> properties, String group) throws Exception {
    try (Admin admin = Admin.create(properties)) {
      for (var member : admin.describeConsumerGroups(List.of(group)).all().get().get(group).members()) {
        System.out.println(member.groupInstanceId().orElse("-") + " " + names(member.assignment().topicPartitions()));
      }
    }
  }

  /** Reads until stdin ends, and prints what it owns after each change. */
  static void member(Map<String, Object> properties, String group, String topic) throws Exception {
    properties.putAll(Map.of("group.id", group, "session.timeout.ms", "6000", "heartbeat.interval.ms", "200",
        "partition.assignment.strategy", CooperativeStickyAssignor.class.getName(), "enable.auto.commit", "false"));
    try (var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      System.out.println("ready");
      consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
          System.out.println("owns " + names(consumer.assignment()));
        }
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
          System.out.println("revoked " + names(partitions));
        }
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
          System.out.println("lost " + names(partitions));
        }
      });
      while (System.in.available() == 0) consumer.poll(Duration.ofMillis(100));
    }
  }

  static String names(Collection<TopicPartition> partitions) {
    var names = new TreeSet<String>();
    for (TopicPartition partition : partitions) names.add(partition.toString());
    return String.join(",", names);
  }
}

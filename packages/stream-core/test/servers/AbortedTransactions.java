import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Prints the transactions that have an abort marker in the logs of a broker: producer id and epoch, one a line. A
 * transaction has one marker a partition, and under transaction.version 2 an epoch of its own.
 */
public class AbortedTransactions {
  public static void main(String[] args) throws Exception {
    List<Path> segments;
    try (Stream<Path> files = Files.walk(Path.of(args[0]))) {
      segments = files.filter(file -> file.getFileName().toString().matches("\\d{20}\\.log"))
          // The log of the controller has markers of its own.
          .filter(file -> !file.getParent().getFileName().toString().startsWith("__cluster_metadata"))
          .toList();
    }
    TreeSet<String> transactions = new TreeSet<>();
    for (Path segment : segments) {
      try (FileRecords records = FileRecords.open(new File(segment.toString()), false)) {
        for (RecordBatch batch : records.batches()) {
          if (!batch.isControlBatch()) continue;
          var type = ControlRecordType.parse(batch.iterator().next().key());
          if (type == ControlRecordType.ABORT) transactions.add(batch.producerId() + " " + batch.producerEpoch());
        }
      }
    }
    transactions.forEach(System.out::println);
  }
}

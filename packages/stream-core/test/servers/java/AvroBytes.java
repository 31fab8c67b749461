import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.util.HexFormat;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** Answers each line of its input with Avro's own Java library: values in Avro's JSON encoding, bytes in hexadecimal. */
public final class AvroBytes {
  public static void main(String[] args) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] parts = line.split("\t");
      Schema writer = new Schema.Parser().parse(parts[1]);
      byte[] answer = parts[0].equals("encode")
          ? HexFormat.of().formatHex(encode(writer, read(writer, parts[2]))).getBytes("UTF-8")
          : decode(writer, new Schema.Parser().parse(parts[2]), HexFormat.of().parseHex(parts[3]));
      System.out.write(answer);
      System.out.write('\n');
    }
    System.out.flush();
  }

  private static Object read(Schema schema, String json) throws Exception {
    return new GenericDatumReader<>(schema).read(null, DecoderFactory.get().jsonDecoder(schema, json));
  }

  private static byte[] encode(Schema schema, Object value) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<>(schema).write(value, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private static byte[] decode(Schema writer, Schema reader, byte[] bytes) throws Exception {
    Object value = new GenericDatumReader<>(writer, reader).read(null, DecoderFactory.get().binaryDecoder(bytes, null));
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    var encoder = EncoderFactory.get().jsonEncoder(reader, json);
    new GenericDatumWriter<>(reader).write(value, encoder);
    encoder.flush();
    return json.toByteArray();
  }
}

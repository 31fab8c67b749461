import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Adds ACLs, one a line of the input: USER OPERATION RESOURCE PATTERN NAME. */
public class AclAdder {
  static AclBinding binding(String line) {
    String[] words = line.split(" ");
    var resource = new ResourcePattern(ResourceType.valueOf(words[2]), words[4], PatternType.valueOf(words[3]));
    var operation = AclOperation.valueOf(words[1]);
    return new AclBinding(resource, new AccessControlEntry("User:" + words[0], "*", operation, AclPermissionType.ALLOW));
  }

  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", args[0]);
    List<AclBinding> bindings = new ArrayList<>();
    try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (!line.isEmpty()) bindings.add(binding(line));
      }
    }
    try (var admin = Admin.create(properties)) {
      admin.createAcls(bindings).all().get();
    }
  }
}

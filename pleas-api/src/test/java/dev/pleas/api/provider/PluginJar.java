package dev.pleas.api.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pleas.api.match.MatcherProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A jar of matcher providers, sound or broken, compiled from source on the spot. Other modules'
 * tests have it from this module's test jar.
 */
public final class PluginJar {
  private final Map<String, byte[]> classes = new LinkedHashMap<>();
  private final List<String> serviceLines = new ArrayList<>();

  /**
   * Adds a provider.
   *
   * @param name of the class, in package {@code plugin}
   * @param id a Java expression
   * @param priority a Java expression
   * @param probe a Java expression
   * @param members more members of the class
   */
  public PluginJar provider(String name, String id, String priority, String probe, String members) {
    return provider(name, id, priority, "1", probe, members, "");
  }

  /** Adds a provider that works. */
  public PluginJar provider(String name, String id, int priority) {
    return provider(
        name, "\"" + id + "\"", Integer.toString(priority), "new Availability.Available(\"\")", "");
  }

  /**
   * Adds a provider.
   *
   * @param apiVersion a Java expression
   * @param more further top-level classes
   */
  public PluginJar provider(
      String name,
      String id,
      String priority,
      String apiVersion,
      String probe,
      String members,
      String more) {
    return compiled(
            name,
            "package plugin; import dev.pleas.api.provider.Availability;"
                + "public class "
                + name
                + " implements dev.pleas.api.match.MatcherProvider {"
                + "public String id() { return "
                + id
                + "; } public String description() { return \"\"; }"
                + "public int priority() { return "
                + priority
                + "; } public int apiVersion() { return "
                + apiVersion
                + "; } public Availability probe() { return "
                + probe
                + "; } public dev.pleas.api.match.Matcher create() { return s -> null; }"
                + members
                + "}"
                + more)
        .service("plugin." + name);
  }

  /** Adds a line to the service file. */
  public PluginJar service(String line) {
    serviceLines.add(line);
    return this;
  }

  /** Adds the classes of a source file. */
  public PluginJar compiled(String name, String source) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    JavaFileObject file =
        new SimpleJavaFileObject(
            URI.create("string:///plugin/" + name + ".java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    StringBuilder problems = new StringBuilder();
    boolean ok =
        compiler
            .getTask(
                null,
                new InMemory(compiler.getStandardFileManager(null, null, UTF_8)),
                problem -> problems.append(problem).append('\n'),
                List.of("-proc:none", "-classpath", location(MatcherProvider.class)),
                null,
                List.of(file))
            .call();
    if (!ok) {
      throw new AssertionError(problems.toString());
    }
    return this;
  }

  /** Takes a class out again. */
  public PluginJar without(String name) {
    if (classes.remove("plugin/" + name) == null) {
      throw new AssertionError("no class " + name + " among " + classes.keySet());
    }
    return this;
  }

  /** Marks a class as compiled for a Java that does not exist yet. */
  public PluginJar fromTheFuture(String name) {
    byte[] bytes = classes.get("plugin/" + name);
    bytes[6] = 0;
    bytes[7] = (byte) 199; // the class file's major version, big-endian
    return this;
  }

  /** Cuts a class file short. */
  public PluginJar damaged(String name) {
    classes.computeIfPresent("plugin/" + name, (key, bytes) -> Arrays.copyOf(bytes, 20));
    return this;
  }

  /** Writes the jar. */
  public Path write(Path folder, String fileName, String version) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    Path jar = folder.resolve(fileName);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (Map.Entry<String, byte[]> entry : classes.entrySet()) {
        out.putNextEntry(new JarEntry(entry.getKey() + ".class"));
        out.write(entry.getValue());
      }
      out.putNextEntry(new JarEntry("META-INF/services/" + MatcherProvider.class.getName()));
      out.write(String.join("\n", serviceLines).getBytes(UTF_8));
    }
    return jar;
  }

  /** Overwrites the compressed bytes of a jar's last entry, which is its service file. */
  static void damageServiceFile(Path jar) throws IOException {
    byte[] bytes = Files.readAllBytes(jar);
    byte[] name = ("META-INF/services/" + MatcherProvider.class.getName()).getBytes(UTF_8);
    int data = new String(bytes, ISO_8859_1).indexOf(new String(name, ISO_8859_1)) + name.length;
    Arrays.fill(bytes, data, data + 8, (byte) 0xff); // no valid block type of deflate
    Files.write(jar, bytes);
  }

  private static String location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Keeps class files in {@link #classes}. */
  private final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    InMemory(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      String path = className.replace('.', '/');
      return new SimpleJavaFileObject(URI.create("string:///" + path + ".class"), kind) {
        @Override
        public OutputStream openOutputStream() {
          return new ByteArrayOutputStream() {
            @Override
            public void close() {
              classes.put(path, toByteArray());
            }
          };
        }
      };
    }
  }
}

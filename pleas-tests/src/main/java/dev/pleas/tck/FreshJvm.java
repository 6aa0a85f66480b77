package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pleas.api.provider.Provider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.opentest4j.TestAbortedException;

/** Makes a provider in a JVM of its own, where nothing else has loaded what it might load. */
final class FreshJvm {
  private static final Path MAPS = Path.of("/proc/self/maps");
  private static final String LIBRARY = "library ";
  private static final String THREAD = "thread ";

  private FreshJvm() {}

  /** Fails if a provider starts threads or loads libraries before it is probed or asked to make. */
  static void requireNoWork(Class<?> type) throws IOException, InterruptedException {
    Registration.requireConstructible(type);
    if (!Files.exists(MAPS)) {
      throw new TestAbortedException("this system does not list a process's libraries in " + MAPS);
    }
    Path found = Files.createTempFile("work", ".txt");
    try {
      assertEquals(
          List.of(),
          work(type, found),
          "the constructor, id(), description() and priority() must load no library and start no"
              + " thread; leave that to create()");
    } finally {
      Files.delete(found);
    }
  }

  private static List<String> work(Class<?> type, Path found)
      throws IOException, InterruptedException {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FreshJvm.class.getName(),
                type.getName(),
                found.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (jvm.waitFor() != 0) {
      throw new AssertionError("making " + type.getName() + " in a fresh JVM failed: " + output);
    }
    return Files.readAllLines(found);
  }

  /** Makes the provider that is named, asks what is asked of all, and writes what came of it. */
  public static void main(String[] args) throws ReflectiveOperationException, IOException {
    Class<?> type = Class.forName(args[0], false, FreshJvm.class.getClassLoader());
    Set<String> before = loaded();
    Provider<?> provider = (Provider<?>) type.getConstructor().newInstance();
    String ignored = provider.id() + provider.description() + provider.priority();
    Set<String> work = loaded();
    work.removeAll(before);
    Files.write(Path.of(args[1]), work);
    System.exit(ignored.isEmpty() ? 1 : 0); // also where a thread would keep it running
  }

  /** Returns the libraries outside the JDK, and the threads. */
  private static Set<String> loaded() throws IOException {
    String jdk = Path.of(System.getProperty("java.home")).toRealPath().toString();
    Set<String> names =
        Files.readAllLines(MAPS).stream()
            .filter(line -> line.contains(".so") && !line.contains(jdk))
            .map(line -> LIBRARY + line.substring(line.indexOf('/')))
            .collect(Collectors.toCollection(TreeSet::new));
    Thread.getAllStackTraces().keySet().forEach(thread -> names.add(THREAD + thread.getName()));
    return names;
  }
}

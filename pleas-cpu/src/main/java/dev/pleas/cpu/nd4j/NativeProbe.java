package dev.pleas.cpu.nd4j;

import dev.pleas.api.provider.Availability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Finds out whether the native libraries that this machine needs are there, without loading them.
 */
final class NativeProbe {
  /** What ND4J is published for, and the build to recommend. */
  private static final Map<String, String> BUILDS =
      Map.of(
          "linux-x86_64", "linux-x86_64-onednn",
          "macosx-x86_64", "macosx-x86_64-onednn",
          "windows-x86_64", "windows-x86_64-onednn",
          "linux-arm64", "linux-arm64",
          "macosx-arm64", "macosx-arm64");

  /** Kinds of builds in the order in which they are looked for. */
  private static final List<String> KINDS =
      List.of("-onednn", "-onednn-avx512", "-onednn-avx2", "-avx2", "-avx512", "-compat", "");

  private static final String PURE_JAVA = "the pure-Java backend ejml is used instead";

  private NativeProbe() {}

  /**
   * Says whether the libraries are there and fit the processor.
   *
   * @param platform operating system and processor as JavaCPP names them, for instance linux-x86_64
   * @param exists tells whether the classpath has a resource
   * @param cpuFlags the processor's instruction sets as Linux names them; empty when unknown
   */
  static Availability probe(
      String platform, Predicate<String> exists, Supplier<Set<String>> cpuFlags) {
    String recommended = BUILDS.get(platform);
    if (recommended == null) {
      return new Availability.Unavailable("ND4J has no native library for " + platform, PURE_JAVA);
    }
    String kind = null;
    for (String candidate : KINDS) {
      if (kind == null && exists.test(nd4j(platform, candidate))) {
        kind = candidate;
      }
    }
    String jar = "nd4j-native-*-" + recommended + ".jar";
    if (kind == null) {
      return missing("ND4J", platform, jar);
    }
    String needed = kind.endsWith("avx512") ? "avx512f" : kind.endsWith("avx2") ? "avx2" : "";
    Set<String> flags = needed.isEmpty() ? Set.of() : cpuFlags.get();
    if (!flags.isEmpty() && !flags.contains(needed)) {
      return new Availability.Unavailable(
          "the ND4J build "
              + platform
              + kind
              + " needs "
              + needed
              + " instructions, which this processor does not have",
          "replace its jar in lib/ by " + jar);
    }
    if (!exists.test(
        "org/bytedeco/openblas/" + platform + "/" + file(platform, "jniopenblas_nolapack"))) {
      return missing("OpenBLAS", platform, "openblas-*-" + platform + ".jar");
    }
    if (!exists.test("org/bytedeco/javacpp/" + platform + "/" + file(platform, "jnijavacpp"))) {
      return missing("JavaCPP", platform, "javacpp-*-" + platform + ".jar");
    }
    return new Availability.Available(platform + kind);
  }

  private static Availability missing(String what, String platform, String jar) {
    return new Availability.Unavailable(
        what + "'s native library for " + platform + " is not on the classpath",
        "add " + jar + " to lib/");
  }

  private static String nd4j(String platform, String kind) {
    return "org/nd4j/linalg/cpu/nativecpu/bindings/"
        + platform
        + kind
        + "/"
        + file(platform, "jnind4jcpu");
  }

  private static String file(String platform, String library) {
    if (platform.startsWith("windows")) {
      return library + ".dll";
    }
    return "lib" + library + (platform.startsWith("macosx") ? ".dylib" : ".so");
  }

  /** Returns the processor's flags from Linux' list of processors; empty where there is none. */
  static Set<String> cpuFlags(Path cpuinfo) {
    try {
      for (String line : Files.readAllLines(cpuinfo, StandardCharsets.UTF_8)) {
        if (line.startsWith("flags")) {
          return Set.of(line.substring(line.indexOf(':') + 1).trim().split("\\s+", -1));
        }
      }
    } catch (IOException e) {
      // Not Linux: nothing is known of the processor, which is not a reason to refuse it.
      return Set.of();
    }
    return Set.of();
  }
}

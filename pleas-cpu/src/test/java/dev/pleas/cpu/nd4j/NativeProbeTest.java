package dev.pleas.cpu.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Availability.Available;
import dev.pleas.api.provider.Availability.Unavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeProbeTest {
  private static final String ND4J = "org/nd4j/linalg/cpu/nativecpu/bindings/";
  private static final String BLAS =
      "org/bytedeco/openblas/linux-x86_64/libjniopenblas_nolapack.so";
  private static final String JAVACPP = "org/bytedeco/javacpp/linux-x86_64/libjnijavacpp.so";

  @Test
  void probe_everythingThere_namesTheBuild() {
    assertThat(linux(Set.of("sse2"), ND4J + "linux-x86_64-onednn/libjnind4jcpu.so", BLAS, JAVACPP))
        .isEqualTo(new Available("linux-x86_64-onednn"));
    assertThat(linux(Set.of("sse2"), ND4J + "linux-x86_64/libjnind4jcpu.so", BLAS, JAVACPP))
        .isEqualTo(new Available("linux-x86_64"));
  }

  @Test
  void probe_unknownPlatform_pointsToPureJava() {
    assertThat(NativeProbe.probe("linux-riscv64", name -> true, Set::of))
        .isEqualTo(
            new Unavailable(
                "ND4J has no native library for linux-riscv64",
                "the pure-Java backend ejml is used instead"));
  }

  @Test
  void probe_noNativeJars_namesTheFirstMissing() {
    assertThat(linux(Set.of()))
        .isEqualTo(
            new Unavailable(
                "ND4J's native library for linux-x86_64 is not on the classpath",
                "add nd4j-native-*-linux-x86_64-onednn.jar to lib/"));
    assertThat(linux(Set.of(), ND4J + "linux-x86_64-onednn/libjnind4jcpu.so"))
        .isEqualTo(
            new Unavailable(
                "OpenBLAS's native library for linux-x86_64 is not on the classpath",
                "add openblas-*-linux-x86_64.jar to lib/"));
    assertThat(linux(Set.of(), ND4J + "linux-x86_64-onednn/libjnind4jcpu.so", BLAS))
        .isEqualTo(
            new Unavailable(
                "JavaCPP's native library for linux-x86_64 is not on the classpath",
                "add javacpp-*-linux-x86_64.jar to lib/"));
  }

  @Test
  void probe_buildForNewerProcessors_refusedWhereFlagsLack() {
    String build = ND4J + "linux-x86_64-onednn-avx512/libjnind4jcpu.so";
    assertThat(linux(Set.of("sse2", "avx2"), build, BLAS, JAVACPP))
        .isEqualTo(
            new Unavailable(
                "the ND4J build linux-x86_64-onednn-avx512 needs avx512f instructions, which this"
                    + " processor does not have",
                "replace its jar in lib/ by nd4j-native-*-linux-x86_64-onednn.jar"));
    assertThat(linux(Set.of("avx512f"), build, BLAS, JAVACPP)).isInstanceOf(Available.class);
    assertThat(linux(Set.of(), build, BLAS, JAVACPP))
        .as("flags unknown")
        .isInstanceOf(Available.class);
  }

  @Test
  void probe_otherSystems_lookForTheirFileNames() {
    Set<String> windows =
        Set.of(
            ND4J + "windows-x86_64-onednn/jnind4jcpu.dll",
            "org/bytedeco/openblas/windows-x86_64/jniopenblas_nolapack.dll",
            "org/bytedeco/javacpp/windows-x86_64/jnijavacpp.dll");
    Set<String> mac =
        Set.of(
            ND4J + "macosx-arm64/libjnind4jcpu.dylib",
            "org/bytedeco/openblas/macosx-arm64/libjniopenblas_nolapack.dylib",
            "org/bytedeco/javacpp/macosx-arm64/libjnijavacpp.dylib");
    assertThat(NativeProbe.probe("windows-x86_64", windows::contains, Set::of))
        .isEqualTo(new Available("windows-x86_64-onednn"));
    assertThat(NativeProbe.probe("macosx-arm64", mac::contains, Set::of))
        .isEqualTo(new Available("macosx-arm64"));
    assertThat(NativeProbe.probe("macosx-arm64", name -> false, Set::of))
        .isEqualTo(
            new Unavailable(
                "ND4J's native library for macosx-arm64 is not on the classpath",
                "add nd4j-native-*-macosx-arm64.jar to lib/"));
  }

  @Test
  void cpuFlags_linuxAndElsewhere_readOrEmpty(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("cpuinfo");
    assertThat(NativeProbe.cpuFlags(file)).isEmpty();
    Files.writeString(file, "processor\t: 0\nflags\t\t: fpu avx2  avx512f\n");
    assertThat(NativeProbe.cpuFlags(file)).containsExactlyInAnyOrder("fpu", "avx2", "avx512f");
    Files.writeString(file, "Features : neon\n");
    assertThat(NativeProbe.cpuFlags(file)).isEmpty();
  }

  private static Availability linux(Set<String> flags, String... resources) {
    return NativeProbe.probe("linux-x86_64", Set.of(resources)::contains, () -> flags);
  }
}

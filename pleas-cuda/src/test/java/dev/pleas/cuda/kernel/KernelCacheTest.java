package dev.pleas.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCacheTest {
  private static final byte[] IMAGE = {1, 2, 3, 4, 5};

  @TempDir private Path folder;

  @Test
  void name_anythingItDependsOn_anotherFile() {
    String first = KernelCache.name("sm_80-12060", "source", "sm_80", "12060");
    assertThat(first).startsWith("kernels-sm_80-12060-").endsWith(".bin");
    assertThat(List.of("sources", "sourc"))
        .allSatisfy(
            source ->
                assertThat(KernelCache.name("sm_80-12060", source, "sm_80", "12060"))
                    .isNotEqualTo(first));
  }

  @Test
  void read_whatWasWritten_isTheSame() throws IOException {
    KernelCache cache = new KernelCache(folder.resolve("not/yet/there"));
    assertThat(cache.read("a")).isEmpty();
    cache.write("a", IMAGE);
    assertThat(cache.read("a")).hasValue(IMAGE);
    assertThat(cache.read("b")).isEmpty();
    try (Stream<Path> files = Files.list(cache.folder())) {
      assertThat(files).as("nothing half-written stays").hasSize(1);
    }
  }

  @Test
  void read_damagedInAnyByte_isAsGoodAsNone() throws IOException {
    KernelCache cache = new KernelCache(folder);
    cache.write("a", IMAGE);
    byte[] whole = Files.readAllBytes(folder.resolve("a"));
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 1;
      Files.write(folder.resolve("a"), damaged);
      assertThat(cache.read("a")).as("byte %d", i).isEmpty();
    }
    for (int length = 0; length < whole.length; length++) {
      Files.write(folder.resolve("a"), java.util.Arrays.copyOf(whole, length));
      assertThat(cache.read("a")).as("%d bytes", length).isEmpty();
    }
  }

  @Test
  void write_whereNothingCanBeWritten_keepsNothing() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    KernelCache cache = new KernelCache(file.resolve("below"));
    cache.write("a", IMAGE);
    assertThat(cache.read("a")).isEmpty();
  }

  @Test
  void folder_bySystem_isTheOneForCaches() {
    Path absolute = folder.toAbsolutePath();
    assertThat(KernelCache.folder(absolute.toString(), null, "home"))
        .isEqualTo(absolute.resolve("pleas/cuda"));
    assertThat(KernelCache.folder("relative", null, "home"))
        .as("the standard says to ignore relative ones")
        .isEqualTo(Path.of("home/.cache/pleas/cuda"));
    assertThat(KernelCache.folder(null, "local", "home")).isEqualTo(Path.of("local/pleas/cuda"));
    assertThat(KernelCache.folder(null, null, "home")).isEqualTo(Path.of("home/.cache/pleas/cuda"));
  }
}

package dev.pleas.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ExtractionTest {
  private static Path folder() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  @Test
  void run_aLibraryIsLoaded_fromAFolderOfItsOwnThatGoesAway()
      throws IOException, ClassNotFoundException {
    Path usual = folder();
    AtomicReference<Path> during = new AtomicReference<>();
    Extraction.run(
        () -> {
          during.set(folder());
          assertThat(folder()).isEmptyDirectory().isNotEqualTo(usual);
          try {
            Files.createFile(folder().resolve("libJCuda.so"));
            if (Files.getFileStore(folder()).supportsFileAttributeView("posix")) {
              assertThat(Files.getPosixFilePermissions(folder()))
                  .extracting(Enum::name)
                  .allMatch(name -> name.startsWith("OWNER_"));
            }
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    assertThat(folder()).isEqualTo(usual);
    assertThat(during.get()).doesNotExist();
  }

  @Test
  void run_loadingFails_restoresTheUsualFolder() {
    Path usual = folder();
    assertThatThrownBy(
            () ->
                Extraction.run(
                    () -> {
                      throw new UnsatisfiedLinkError("missing");
                    }))
        .isInstanceOf(UnsatisfiedLinkError.class);
    assertThat(folder()).isEqualTo(usual);
  }
}

package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.checkpoint.CheckpointFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * What every checkpoint format keeps: rules {@code format601} and on of {@code docs/spi.md}, and
 * those of {@link ProviderContract}. The author extends it:
 *
 * <pre>{@code
 * class TarFormatTest extends CheckpointFormatContract {
 *   @Override
 *   protected CheckpointFormatProvider provider() {
 *     return new TarFormatProvider();
 *   }
 *
 *   @Override
 *   protected Set<DType> dtypes() { // not needed by a format that stores every type
 *     return EnumSet.of(DType.F32, DType.F16);
 *   }
 * }
 * }</pre>
 *
 * The rules work with files that the format writes; those of a format that only reads are skipped,
 * but for the last and those about files that are not its own.
 */
public abstract class CheckpointFormatContract extends FormatDamageRules {
  /** For subclasses. */
  protected CheckpointFormatContract() {}

  @Test
  void required_format632_recognizesItsOwnFiles() {
    Path file = written("own", small(), METADATA);
    assertTrue(
        create().recognizes(file), () -> "recognizes() is false for " + file + ", which it wrote");
  }

  @Test
  void recommended_format633_recognizesItsFilesUnderOtherNames() throws IOException {
    Path file = written("own", small(), METADATA);
    Path renamed = Files.copy(file, folder.resolve("weights"), StandardCopyOption.COPY_ATTRIBUTES);
    recommend(
        create().recognizes(renamed),
        "recognizes() is false for a file that it wrote, renamed to " + renamed.getFileName());
  }

  @Test
  void required_format634_recognizesNoOtherFiles() throws IOException {
    CheckpointFormat format = create();
    for (Map.Entry<String, Path> other : others("notes.other").entrySet()) {
      boolean recognized = recognizes(format, other.getKey(), other.getValue());
      assertFalse(
          recognized, () -> "recognizes() is true for " + other.getKey() + " called notes.other");
    }
  }

  @Test
  void required_format635_recognizesWithoutThrowing() throws IOException {
    CheckpointFormat format = create();
    Map<String, Path> paths = others(fileName());
    byte[] own = Files.readAllBytes(written("own", small(), METADATA));
    Path cut = folder.resolve("cut");
    Files.write(cut, Arrays.copyOf(own, own.length / 2));
    paths.put("a truncated file", cut);
    paths.put("a root folder", folder.getRoot());
    paths.forEach((what, path) -> recognizes(format, what, path));
  }

  @Test
  void required_format636_writesNothingWhereItOnlyReads() {
    CheckpointFormat format = create();
    if (format.writes()) {
      throw new TestAbortedException("the format writes");
    }
    Contents contents = small();
    assertThrows(
        UnsupportedOperationException.class,
        () -> format.write(file("unwritten"), contents.infos(), contents::stored, METADATA),
        "writes() is false, so write() must throw this");
    assertEquals(List.of(), names(folder.resolve("unwritten")), "files after the refusal");
  }

  private static boolean recognizes(CheckpointFormat format, String what, Path path) {
    try {
      return format.recognizes(path);
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      throw new AssertionError(
          "recognizes() must answer true or false for " + what + ", threw " + e, e);
    }
  }

  /** Returns files of other kinds under a name, a folder, and one that is missing. */
  private Map<String, Path> others(String name) throws IOException {
    Map<String, Path> others = new LinkedHashMap<>();
    others.put("a file that is missing", folder.resolve("missing").resolve(name));
    others.put("a folder", Files.createDirectories(folder.resolve("folder").resolve(name)));
    for (Map.Entry<String, byte[]> other : Damage.others().entrySet()) {
      Path place = Files.createDirectory(folder.resolve("other" + others.size()));
      others.put(other.getKey(), Files.write(place.resolve(name), other.getValue()));
    }
    return others;
  }
}

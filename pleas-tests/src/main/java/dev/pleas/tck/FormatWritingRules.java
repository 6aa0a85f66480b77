package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** How a file comes to be: rules format610 to format617. */
abstract class FormatWritingRules extends FormatStorageRules {
  private static final String OLD = "what was there before";

  @Test
  void required_format610_asksForEachContentOnce() {
    Contents contents = small();
    List<String> asked = new ArrayList<>();
    writer()
        .write(
            file("asked"),
            contents.infos(),
            name -> {
              asked.add(name);
              return contents.stored(name);
            },
            METADATA);
    assertEquals(
        contents.infos().keySet().stream().sorted().toList(),
        asked.stream().sorted().toList(),
        "tensors announced, and tensors whose content was asked for");
  }

  @Test
  void required_format611_refusesContentThatIsNotAsAnnounced() {
    Contents announced = new Contents().add("a", dtype(), 3).add("b", dtype(), 2, 3);
    Contents given = new Contents().add("a", dtype(), 3).add("b", dtype(), 3, 2);
    Path file = file("announced");
    CheckpointFormat format = writer();
    Throwable thrown =
        assertThrows(
            Throwable.class,
            () -> format.write(file, announced.infos(), given::stored, Map.of()),
            "tensor b was announced as [2, 3] and given as [3, 2], and was written");
    assertTrue(
        thrown instanceof IllegalArgumentException,
        () -> "content of another shape must be an IllegalArgumentException, found " + thrown);
    assertTrue(
        String.valueOf(thrown.getMessage()).matches("(?s).*\\bb\\b.*"),
        () -> "the message must name tensor b, found: " + thrown.getMessage());
  }

  @Test
  void required_format612_replacesAnExistingFile() throws IOException {
    Path file = file("existing");
    Files.writeString(file, OLD.repeat(1000));
    Contents contents = small();
    writer().write(file, contents.infos(), contents::stored, METADATA);
    try (Checkpoint checkpoint = create().open(file)) {
      contents.requireIn(checkpoint);
    }
  }

  @Test
  void required_format613_leavesTheFileAsItWasWhenContentFails() throws IOException {
    Path file = file("old");
    for (int good = 0; good < 3; good++) {
      Files.writeString(file, OLD);
      failAfter(good, file);
      int after = good;
      assertTrue(
          Files.exists(file) && Files.readString(file).equals(OLD),
          () -> "content failed after " + after + " tensors, and the file was no longer as before");
      Files.delete(file);
      failAfter(good, file);
      assertTrue(
          Files.notExists(file),
          () -> "content failed after " + after + " tensors, and part of a file was left");
    }
  }

  @Test
  void required_format614_leavesNothingElseInTheFolder() {
    Path file = file("tidy");
    failAfter(1, file);
    assertEquals(
        List.of(), names(folder.resolve("tidy")), "files left by a write that was given up");
    Contents contents = small();
    writer().write(file, contents.infos(), contents::stored, METADATA);
    assertEquals(List.of(fileName()), names(folder.resolve("tidy")), "files after a write");
  }

  @Test
  void required_format615_refusesToWriteWhereNoFileCanBe() {
    Contents contents = small();
    CheckpointFormat format = writer();
    for (Path place : List.of(folder, folder.resolve("missing").resolve(fileName()))) {
      String what =
          "writing to " + (place.equals(folder) ? "a folder" : "a folder that is missing");
      Throwable thrown =
          assertThrows(
              Throwable.class,
              () -> format.write(place, contents.infos(), contents::stored, Map.of()),
              what + " must be refused");
      requireRefusal(thrown, place, what);
    }
  }

  @Test
  void required_format616_takesNamesWithoutAFolder() throws IOException {
    Path file = Path.of("format616-" + ProcessHandle.current().pid() + "-" + fileName());
    Contents contents = small();
    try {
      writer().write(file, contents.infos(), contents::stored, METADATA);
      try (Checkpoint checkpoint = create().open(file)) {
        contents.requireIn(checkpoint);
      }
    } catch (NullPointerException e) {
      throw new AssertionError("the path " + file + " has no parent, which led to " + e, e);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Test
  void required_format617_severalThreadsWriteAtOnce() throws InterruptedException {
    CheckpointFormat format = writer();
    Path shared = file("threads");
    Parallel.run(
        thread -> {
          for (int i = 0; i < 10; i++) {
            Contents contents = new Contents();
            for (int t = 0; t < 20; t++) {
              contents.add(
                  "thread" + thread + ".round" + i + ".tensor" + t, dtype(), 10 * thread + t);
            }
            Path own = shared.resolveSibling(thread + "-" + i + "-" + fileName());
            format.write(own, contents.infos(), contents::stored, METADATA);
            try (Checkpoint checkpoint = format.open(own)) {
              contents.requireIn(checkpoint);
            }
          }
        });
  }

  /** Writes a checkpoint whose content fails after some tensors. */
  private void failAfter(int good, Path file) {
    Contents contents = new Contents();
    for (int i = 0; i < 4; i++) {
      contents.add("tensor" + i, dtype(), 50_000);
    }
    List<String> asked = new ArrayList<>();
    Function<String, StoredTensor> failing =
        name -> {
          if (asked.size() == good) {
            throw new UnsupportedOperationException("this content cannot be had");
          }
          asked.add(name);
          return contents.stored(name);
        };
    CheckpointFormat format = writer();
    assertThrows(
        UnsupportedOperationException.class,
        () -> format.write(file, contents.infos(), failing, METADATA),
        "the content of a tensor threw this, and it must pass through");
  }
}

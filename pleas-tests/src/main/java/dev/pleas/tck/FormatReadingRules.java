package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What an open checkpoint does: rules format618 to format626. */
abstract class FormatReadingRules extends FormatWritingRules {
  private static final int LARGE_BYTES = 32 << 20;

  @Test
  void required_format618_saysWhichFileWasOpened() {
    Path file = written("opened", small(), METADATA);
    try (Checkpoint checkpoint = create().open(file)) {
      assertEquals(file, checkpoint.path(), "path() of an open checkpoint");
    }
  }

  @Test
  void required_format619_opensWithoutReadingTensors() {
    Contents contents = new Contents().add("large", dtype(), 8, LARGE_BYTES / 8 / dtype().bytes());
    Path file = written("large", contents, METADATA);
    long bytes = Allocation.during(() -> create().open(file).close());
    assertTrue(
        bytes < LARGE_BYTES / 4,
        () ->
            "opening a file with a tensor of "
                + LARGE_BYTES
                + " bytes took "
                + bytes
                + " bytes of memory: read headers only, and tensors when they are asked for");
  }

  @Test
  void required_format620_refusesUnknownTensors() {
    try (Checkpoint checkpoint = create().open(written("unknown", small(), METADATA))) {
      Map<String, Runnable> ways = new LinkedHashMap<>();
      ways.put("read", () -> checkpoint.read("no.such.tensor"));
      ways.put("stored", () -> checkpoint.stored("no.such.tensor"));
      ways.forEach(
          (way, call) -> {
            String when = way + "() of a tensor that is not there";
            Throwable thrown = assertThrows(Throwable.class, call::run, when + " must be refused");
            requireRefusal(thrown, "no.such.tensor", when);
          });
    }
  }

  @Test
  void required_format621_callersCannotChangeWhatItLists() {
    Contents contents = small();
    try (Checkpoint checkpoint = create().open(written("lists", contents, METADATA))) {
      for (Map<String, ?> map : List.of(checkpoint.tensors(), checkpoint.metadata())) {
        try {
          map.clear();
        } catch (UnsupportedOperationException e) {
          // as it should be; a copy would be as good
        }
      }
      assertEquals(
          contents.infos(),
          checkpoint.tensors(),
          "tensors() after a caller cleared the map it got");
      assertEquals(
          METADATA, checkpoint.metadata(), "metadata() after a caller cleared the map it got");
    }
  }

  @Test
  void required_format622_storedTensorsStayValidWhileOpen() {
    Contents contents = small();
    try (Checkpoint checkpoint = create().open(written("valid", contents, METADATA))) {
      Map<String, StoredTensor> held = new LinkedHashMap<>();
      contents.infos().keySet().forEach(name -> held.put(name, checkpoint.stored(name)));
      contents.infos().keySet().forEach(checkpoint::read);
      try {
        held.forEach(contents::requireSame);
      } catch (AssertionError e) {
        throw new AssertionError("stored tensors changed when others were read: " + e.getMessage());
      }
    }
  }

  @Test
  void required_format623_openCheckpointsAreIndependent() {
    Contents contents = small();
    Path file = written("twice", contents, METADATA);
    CheckpointFormat format = create();
    try (Checkpoint second = format.open(file)) {
      format.open(file).close();
      contents.requireIn(second);
    } catch (RuntimeException e) {
      throw new AssertionError("a file was opened twice and closed once; reading threw " + e, e);
    }
  }

  @Test
  void required_format624_severalThreadsReadTheSame() throws InterruptedException {
    Contents contents = new Contents();
    for (int i = 0; i < 50; i++) {
      contents.add("tensor" + i, dtype(), i, 100);
    }
    try (Checkpoint checkpoint = create().open(written("shared", contents, METADATA))) {
      Parallel.run(
          thread -> {
            List<String> names = new ArrayList<>(contents.infos().keySet());
            for (int i = 0; i < 10; i++) {
              Collections.shuffle(names, new Random(10L * thread + i));
              names.forEach(name -> contents.requireIn(checkpoint, name));
            }
          });
    }
  }

  @Test
  void required_format625_closesTwice() {
    Checkpoint checkpoint = create().open(written("closed", small(), METADATA));
    checkpoint.close();
    try {
      checkpoint.close();
    } catch (RuntimeException e) {
      throw new AssertionError("close() must do nothing the second time, threw " + e, e);
    }
  }

  @Test
  void required_format626_refusesToReadAfterClose() {
    Checkpoint checkpoint = create().open(written("late", small(), METADATA));
    checkpoint.close();
    Map<String, Runnable> ways = new LinkedHashMap<>();
    ways.put("read", () -> checkpoint.read("head.scale"));
    ways.put("stored", () -> checkpoint.stored("head.scale"));
    ways.forEach(
        (way, call) -> {
          Throwable thrown =
              assertThrows(Throwable.class, call::run, way + "() worked after close()");
          assertTrue(
              thrown instanceof IllegalStateException,
              () -> way + "() after close() must be an IllegalStateException, found " + thrown);
        });
  }
}

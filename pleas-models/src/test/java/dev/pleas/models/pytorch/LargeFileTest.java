package dev.pleas.models.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files beyond 4 GiB and beyond the heap, most of them holes. */
class LargeFileTest {
  private static final PyTorchFormat FORMAT = new PyTorchFormat();
  private static final long BIG = 375_000_000; // elements, 1.5 GB

  @TempDir private Path folder;

  @Test
  void open_archiveLargerThanTheHeap_readsOnlyWhatIsAskedFor() throws IOException {
    int count = (int) (Runtime.getRuntime().maxMemory() / (4 * BIG)) + 4;
    Pickle pickle = new Pickle().ops("}(");
    try (SparseArchive archive = new SparseArchive(folder.resolve("sparse.pth"))) {
      for (int i = 0; i < count; i++) {
        pickle.text("big" + i).tensor(Integer.toString(i), BIG);
        archive.hole("archive/data/" + i, 4 * BIG);
      }
      pickle.text("huge").tensor("huge", 4 * BIG);
      archive.hole("archive/data/huge", 16 * BIG);
      pickle.text("last").tensor("last", 2);
      archive.entry("archive/data/last", new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40});
      archive.entry("archive/data.pkl", pickle.op('u').end());
    }
    Path file = folder.resolve("sparse.pth");
    long start = System.nanoTime();
    try (Checkpoint checkpoint = FORMAT.open(file)) {
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      System.out.printf("opened %d tensors of 1.5 GB in %d ms%n", count, took.toMillis());
      assertThat(took)
          .isLessThan(Duration.ofSeconds(5)); // of a busy machine; some ms of an idle one
      assertThat(checkpoint.tensors()).hasSize(count + 2);
      assertThat(checkpoint.read("last").values()).containsExactly(1, 2);
      assertThat(checkpoint.stored("big1").bytes().remaining()).isEqualTo((int) (4 * BIG));
      assertThatThrownBy(() -> checkpoint.stored("huge"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tensor huge: expected at most 2147483647 bytes, found 6000000000");
    }
  }

  @Test
  void write_moreThanFourGibibytes_canBeReadAgain() {
    assumeTrue(
        Boolean.getBoolean("pleas.large"), "writes 4.6 GB; run with -Dpleas.large=true for it");
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    for (int i = 0; i < 3; i++) {
      tensors.put("big" + i, new TensorInfo(DType.U8, Shape.of(1_540_000_000)));
    }
    tensors.put("last", new TensorInfo(DType.U8, Shape.of(3)));
    Path file = folder.resolve("large.pth");
    ByteBuffer big = ByteBuffer.allocate(1_540_000_000).put(7, (byte) 9);
    ByteBuffer last = ByteBuffer.wrap(new byte[] {1, 2, 3});
    FORMAT.write(
        file,
        tensors,
        name ->
            new StoredTensor(
                Objects.requireNonNull(tensors.get(name)), name.equals("last") ? last : big),
        Map.of("k", "v"));
    try (Checkpoint checkpoint = FORMAT.open(file)) {
      assertThat(file).hasSize(file.toFile().length());
      assertThat(file.toFile().length()).isGreaterThan(1L << 32);
      assertThat(checkpoint.metadata()).containsEntry("k", "v");
      assertThat(checkpoint.stored("last").bytes()).isEqualTo(last);
      assertThat(checkpoint.stored("big2").bytes().get(7)).isEqualTo((byte) 9);
    }
  }
}

package dev.pleas.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarBinaryTest {
  private static final String TEN_NAMES =
      "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

  @TempDir Path folder;

  /**
   * A record per label: the label bytes, then 1024 bytes each of 10, 20 and 30 more than the label.
   */
  private static byte[] records(boolean hundred, int... labels) {
    var out = new ByteArrayOutputStream();
    for (int label : labels) {
      if (hundred) {
        out.write(label / 5);
      }
      out.write(label);
      for (int plane = 1; plane <= 3; plane++) {
        byte[] samples = new byte[1024];
        Arrays.fill(samples, (byte) (10 * plane + label));
        out.writeBytes(samples);
      }
    }
    return out.toByteArray();
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private ImageSource openFolder() {
    return CifarBinary.openFolder(folder, CifarBinary.filesIn(folder));
  }

  @Test
  void openFile_cifar10_hasLabelsPlanesAndNames() throws IOException {
    Files.writeString(folder.resolve("batches.meta.txt"), TEN_NAMES, StandardCharsets.UTF_8);
    ImageSource source = CifarBinary.openFile(write("data_batch_1.bin", records(false, 3, 9, 0)));
    assertThat(source.count()).isEqualTo(3);
    assertThat(source.label(1)).isEqualTo(9);
    assertThat(source.classNames()).hasSize(10).startsWith("airplane").endsWith("truck");
    PixelImage image = source.read(1);
    assertThat(new int[] {image.channels(), image.height(), image.width()})
        .containsExactly(3, 32, 32);
    byte[] s = image.samples();
    assertThat(new int[] {s[0], s[1023], s[1024], s[2047], s[2048], s[3071]})
        .containsExactly(19, 19, 29, 29, 39, 39);
  }

  @Test
  void openFile_cifar100_takesTheFineLabel() throws IOException {
    ImageSource source = CifarBinary.openFile(write("test.bin", records(true, 99, 42)));
    assertThat(source.count()).isEqualTo(2);
    assertThat(new int[] {source.label(0), source.label(1)}).containsExactly(99, 42);
    assertThat(source.classNames()).hasSize(100).startsWith("0", "1").endsWith("99");
    assertThat(source.read(1).samples()[0]).isEqualTo((byte) 52);
  }

  @Test
  void openFile_otherName_goesByTheLength() throws IOException {
    assertThat(CifarBinary.openFile(write("a.bin", records(false, 1, 2))).classNames()).hasSize(10);
    assertThat(CifarBinary.openFile(write("b.bin", records(true, 1, 2))).classNames()).hasSize(100);
  }

  @Test
  void openFile_lengthOfBoth_isRefusedUnlessNamed() throws IOException {
    byte[] both = new byte[3073 * 3074];
    Path file = write("both.bin", both);
    assertThatThrownBy(() -> CifarBinary.openFile(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected a multiple of 3073 (CIFAR-10) or of 3074 (CIFAR-100)")
        .hasMessageContaining("but not of both: name it as that data set does");
    assertThat(CifarBinary.openFile(write("train.bin", both)).count()).isEqualTo(3073);
  }

  @Test
  void openFile_truncated_isRefused() throws IOException {
    Path named = write("test_batch.bin", Arrays.copyOf(records(false, 1, 2), 6000));
    assertThatThrownBy(() -> CifarBinary.openFile(named))
        .isInstanceOf(DataException.class)
        .hasMessage(
            named
                + ": 6000 bytes, expected a multiple of 3073, the record of CIFAR-10: the file is"
                + " damaged; fetch it again");
    Path unnamed = write("some.bin", new byte[6000]);
    assertThatThrownBy(() -> CifarBinary.openFile(unnamed))
        .isInstanceOf(DataException.class)
        .hasMessage(
            unnamed
                + ": 6000 bytes, expected a multiple of 3073 (CIFAR-10) or of 3074 (CIFAR-100)");
  }

  @Test
  void openFile_labelOutOfRange_isRefusedNamingTheImage() throws IOException {
    Path file = write("test_batch.bin", records(false, 1, 10));
    assertThatThrownBy(() -> CifarBinary.openFile(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("image 1 has label 10, expected less than 10 in CIFAR-10");
  }

  @Test
  void openFile_empty_isRefused() throws IOException {
    Path file = write("test_batch.bin", new byte[0]);
    assertThatThrownBy(() -> CifarBinary.openFile(file))
        .isInstanceOf(DataException.class)
        .hasMessage("no images in " + file + ": the file is empty");
  }

  @Test
  void openFile_wrongNumberOfNames_isRefused() throws IOException {
    Files.writeString(folder.resolve("batches.meta.txt"), "cat\ndog\n", StandardCharsets.UTF_8);
    Path file = write("test_batch.bin", records(false, 1));
    assertThatThrownBy(() -> CifarBinary.openFile(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("batches.meta.txt: 2 class names, expected 10");
  }

  @Test
  void openFolder_trainingFiles_areReadInOrder() throws IOException {
    write("data_batch_2.bin", records(false, 4, 5));
    write("data_batch_1.bin", records(false, 3));
    write("unrelated.bin", new byte[7]);
    ImageSource source = openFolder();
    assertThat(List.of(source.label(0), source.label(1), source.label(2))).containsExactly(3, 4, 5);
    assertThat(source.read(2).samples()[0]).isEqualTo((byte) 15);
  }

  @Test
  void openFolder_testFileOnly_isRead() throws IOException {
    write("test.bin", records(true, 7));
    assertThat(openFolder().label(0)).isEqualTo(7);
  }

  @Test
  void openFolder_trainingAndTest_isRefusedNamingThem() throws IOException {
    write("data_batch_1.bin", records(false, 3));
    write("test_batch.bin", records(false, 3));
    assertThatThrownBy(this::openFolder)
        .isInstanceOf(DataException.class)
        .hasMessage(
            folder
                + ": holds several sets of images (data_batch_1.bin, test_batch.bin): name the"
                + " file that is meant");
  }
}

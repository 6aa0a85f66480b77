package dev.pleas.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.DataException;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDataTest {
  private static final byte[] LABELS = {0, 3, 1, 3, 2, 0, 3};

  @TempDir Path folder;

  /** Inputs are the samples themselves. */
  private static Preprocessing plain(int resize, int crop, int channels) {
    return new Preprocessing(List.of(0f), List.of(1 / 255f), resize, crop, channels);
  }

  private static LabeledSamples open(Path path, Preprocessing preprocessing) {
    return ImageData.open(new DataSpec(path, null, List.of(), 0, preprocessing));
  }

  private LabeledSamples open(Path path, List<Integer> classes, int limit) {
    return ImageData.open(new DataSpec(path, null, classes, limit, plain(0, 0, 0)));
  }

  /** Seven images of 1×2 with the samples 0 1, 2 3, …, 12 13. */
  private Path digits() throws IOException {
    Files.write(folder.resolve("d-labels-idx1-ubyte"), IdxImagesTest.idx(LABELS, LABELS.length));
    return Files.write(
        folder.resolve("d-images-idx3-ubyte"), IdxImagesTest.idx(14, LABELS.length, 1, 2));
  }

  private Path copy(String image, String to) throws IOException {
    Path file = folder.resolve(to);
    Files.createDirectories(file.getParent());
    return Files.copy(References.image(image), file);
  }

  private static int[] labels(LabeledSamples samples) {
    return IntStream.range(0, samples.count()).map(samples::label).toArray();
  }

  private static void assertInputs(HostTensor found, float... expected) {
    float[] rounded = new float[found.values().length];
    for (int i = 0; i < rounded.length; i++) {
      // (v / 255) / (1 / 255) in float32 is v to within an ulp or two.
      rounded[i] = Math.round(found.values()[i]);
    }
    assertThat(rounded).containsExactly(expected);
  }

  @Test
  void open_idx_readsAnyRangeOfAll() throws IOException {
    LabeledSamples samples = open(digits(), List.of(), 0);
    assertThat(samples.count()).isEqualTo(7);
    assertThat(samples.shape()).isEqualTo(Shape.of(1, 1, 2));
    assertThat(labels(samples)).containsExactly(0, 3, 1, 3, 2, 0, 3);
    assertThat(samples.classes()).isEqualTo(4);
    assertThat(samples.classNames()).containsExactly("0", "1", "2", "3");
    assertThat(samples.read(2, 5).shape()).isEqualTo(Shape.of(3, 1, 1, 2));
    assertInputs(samples.read(2, 5), 4, 5, 6, 7, 8, 9);
    assertThat(samples.read(7, 7).shape()).isEqualTo(Shape.of(0, 1, 1, 2));
  }

  @Test
  void read_outsideOfRange_isRefused() throws IOException {
    LabeledSamples samples = open(digits(), List.of(), 0);
    assertThatThrownBy(() -> samples.read(0, 8)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> samples.read(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> samples.read(3, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> samples.label(7)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void open_classes_areKeptAndRelabeledByPosition() throws IOException {
    LabeledSamples samples = open(digits(), List.of(3, 0), 0);
    assertThat(samples.count()).isEqualTo(5);
    assertThat(labels(samples)).containsExactly(1, 0, 0, 1, 0);
    assertThat(samples.classes()).isEqualTo(2);
    assertThat(samples.classNames()).containsExactly("3", "0");
    assertInputs(samples.read(0, 5), 0, 1, 2, 3, 6, 7, 10, 11, 12, 13);
  }

  @Test
  void open_limit_keepsTheFirstAfterSelection() throws IOException {
    LabeledSamples samples = open(digits(), List.of(3), 2);
    assertInputs(samples.read(0, samples.count()), 2, 3, 6, 7);
    assertThat(open(digits(), List.of(), 3).count()).isEqualTo(3);
    assertThat(open(digits(), List.of(), 100).count()).isEqualTo(7);
    assertThat(open(digits(), List.of(), 1).classes()).isEqualTo(4);
  }

  @Test
  void open_unknownClass_isRefused() throws IOException {
    Path digits = digits();
    assertThatThrownBy(() -> open(digits, List.of(1, 4), 0))
        .isInstanceOf(DataException.class)
        .hasMessage(digits + ": class 4 is asked for, but the labels are 0 to 3");
  }

  @Test
  void open_classWithoutImages_isRefused() throws IOException {
    Files.write(folder.resolve("e-labels-idx1-ubyte"), IdxImagesTest.idx(new byte[] {0, 2}, 2));
    Path images = Files.write(folder.resolve("e-images-idx3-ubyte"), IdxImagesTest.idx(2, 2, 1, 1));
    assertThatThrownBy(() -> open(images, List.of(1), 0))
        .isInstanceOf(DataException.class)
        .hasMessage("no images of classes [1] in " + images);
  }

  @Test
  void open_classesWithoutLabels_isRefused() throws IOException {
    Path images = Files.write(folder.resolve("x"), IdxImagesTest.idx(2, 2, 1, 1));
    assertThatThrownBy(() -> open(images, List.of(1), 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("classes [1] are asked for, but there are no labels");
  }

  @Test
  void label_withoutLabels_isRefused() throws IOException {
    LabeledSamples samples =
        open(Files.write(folder.resolve("x"), IdxImagesTest.idx(2, 2, 1, 1)), List.of(), 0);
    assertThat(samples.labeled()).isFalse();
    assertThat(samples.classes()).isZero();
    assertThat(samples.classNames()).isEmpty();
    assertThatThrownBy(() -> samples.label(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has no labels");
  }

  @Test
  void open_idxOfTwoChannels_isReadAsStoredOnly() throws IOException {
    Path images = Files.write(folder.resolve("x"), IdxImagesTest.idx(24, 2, 2, 2, 3));
    assertThat(open(images, plain(0, 0, 0)).shape()).isEqualTo(Shape.of(2, 2, 3));
    assertThatThrownBy(() -> open(images, plain(0, 0, 3)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("image 0: 2 channels, which cannot become 3");
  }

  @Test
  void open_grayAsRgb_repeatsTheChannel() throws IOException {
    LabeledSamples samples = open(digits(), plain(0, 0, 3));
    assertThat(samples.shape()).isEqualTo(Shape.of(3, 1, 2));
    assertInputs(samples.read(1, 2), 2, 3, 2, 3, 2, 3);
  }

  @Test
  void open_meansForOtherChannels_isRefused() throws IOException {
    Path digits = digits();
    var preprocessing = new Preprocessing(List.of(0f, 0f, 0f), List.of(1f), 0, 0, 0);
    assertThatThrownBy(() -> open(digits, preprocessing))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(digits + ": images of 1 channel but 3 values of mean");
  }

  @Test
  void open_cifar_isRecognisedByName() throws IOException {
    byte[] record = new byte[3073];
    Arrays.fill(record, (byte) 5);
    Path file = Files.write(folder.resolve("test_batch.bin"), record);
    for (Path path : List.of(file, folder)) {
      LabeledSamples samples = open(path, plain(0, 0, 0));
      assertThat(samples.shape()).isEqualTo(Shape.of(3, 32, 32));
      assertThat(labels(samples)).containsExactly(5);
      assertThat(samples.classes()).isEqualTo(10);
    }
  }

  @Test
  void open_folder_decodesOnReadWhateverTheThreads() throws IOException {
    for (String name : List.of("rgb.png", "rgb-420.jpg", "wide.png", "tall.png", "cmyk.jpg")) {
      copy(name, "x/" + name);
      copy(name, "y/" + name);
    }
    LabeledSamples samples = open(folder, plain(12, 10, 3));
    assertThat(samples.shape()).isEqualTo(Shape.of(3, 10, 10));
    assertThat(samples.classNames()).containsExactly("x", "y");
    float[] all = samples.read(0, 10).values();
    List<float[]> again =
        IntStream.range(0, 40)
            .parallel()
            .mapToObj(i -> samples.read(i % 10, i % 10 + 1).values())
            .toList();
    for (int i = 0; i < again.size(); i++) {
      int from = i % 10 * 300;
      assertThat(again.get(i)).containsExactly(Arrays.copyOfRange(all, from, from + 300));
    }
    assertThat(Arrays.copyOfRange(all, 0, 1500))
        .as("the classes hold the same images")
        .containsExactly(Arrays.copyOfRange(all, 1500, 3000));
  }

  @Test
  void open_singleImage_isOneSample() {
    LabeledSamples samples = open(References.image("wide.png"), plain(0, 0, 3));
    assertThat(samples.count()).isEqualTo(1);
    assertThat(samples.shape()).isEqualTo(Shape.of(3, 61, 83));
    assertThat(samples.labeled()).isFalse();
  }

  @Test
  void open_differentSizesWithoutCrop_isRefusedNamingBoth() throws IOException {
    Path a = copy("rgb.png", "a.png");
    copy("rgb-420.jpg", "b.jpg");
    Path c = copy("tall.png", "c.png");
    assertThatThrownBy(() -> open(folder, plain(0, 0, 3)))
        .isInstanceOf(DataException.class)
        .hasMessage(
            a
                + " and "
                + c
                + ": inputs of different shapes, [3, 17, 23] and [3, 37, 21]: choose a"
                + " crop (after a resize of the shorter side) to make them one");
    assertThatThrownBy(() -> open(folder, plain(16, 0, 3)))
        .hasMessageContaining("[3, 16, 21] and [3, 28, 16]");
    assertThat(open(folder, plain(0, 9, 3)).shape()).isEqualTo(Shape.of(3, 9, 9));
    Files.delete(c);
    assertThat(open(folder, plain(0, 0, 3)).shape()).isEqualTo(Shape.of(3, 17, 23));
  }

  @Test
  void read_grayAmongColorAsStored_isRefusedNamingBoth() throws IOException {
    Path a = copy("rgb.png", "a.png");
    Path b = copy("gray.png", "b.png");
    LabeledSamples samples = open(folder, plain(0, 0, 0));
    assertThatThrownBy(() -> samples.read(0, 2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(a + " and " + b + ": images of 3 and 1 channels: choose 1");
  }

  @Test
  void read_damagedImages_reportsTheFirst() throws IOException {
    copy("rgb.png", "a.png");
    for (int i = 0; i < 8; i++) {
      Files.writeString(folder.resolve("b" + i + ".png"), "damaged", StandardCharsets.UTF_8);
    }
    LabeledSamples samples = open(folder, plain(8, 8, 3));
    assertThatThrownBy(() -> samples.read(0, 9))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(folder.resolve("b0.png") + ": cannot be decoded as an image");
    assertThat(samples.read(0, 1).shape()).isEqualTo(Shape.of(1, 3, 8, 8));
  }

  @Test
  void open_nothingThere_isRefused() {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> open(missing, plain(0, 0, 0)))
        .isInstanceOf(DataException.class)
        .hasMessage(missing + ": no such file or folder");
  }

  @Test
  void open_unknownFormat_isRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("data.csv"), "1,2,3", StandardCharsets.UTF_8);
    assertThatThrownBy(() -> open(text, plain(0, 0, 0)))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(text + ": not a format of data that is known here");
  }

  @Test
  void open_labelsForOtherThanIdx_isRefused() throws IOException {
    Path labels = Files.write(folder.resolve("labels"), IdxImagesTest.idx(1, 1));
    Path image = copy("rgb.png", "a.png");
    for (Path path : List.of(folder, image)) {
      var spec = new DataSpec(path, labels, List.of(), 0, plain(0, 0, 0));
      assertThatThrownBy(() -> ImageData.open(spec))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith(labels + ": a file of labels goes with an IDX file of images");
    }
  }
}

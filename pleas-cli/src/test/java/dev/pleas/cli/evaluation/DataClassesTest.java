package dev.pleas.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.DataException;
import dev.pleas.models.data.DataSpec;
import dev.pleas.models.data.LabeledSamples;
import dev.pleas.models.data.Preprocessing;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataClassesTest {
  private static final List<String> UNION = List.of("a", "b", "c", "d");
  private static final List<String> HEAD = List.of("d", "b");

  @TempDir Path folder;
  private final List<String> notes = new ArrayList<>();

  /** IDX data of one image for each label. */
  private Path idx(int... labels) throws IOException {
    ByteArrayOutputStream images = new ByteArrayOutputStream();
    ByteArrayOutputStream numbers = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(images);
        DataOutputStream label = new DataOutputStream(numbers)) {
      for (int value : new int[] {0x803, labels.length, 1, 1}) {
        out.writeInt(value);
      }
      label.writeInt(0x801);
      label.writeInt(labels.length);
      for (int value : labels) {
        out.writeByte(value);
        label.writeByte(value);
      }
    }
    Files.write(folder.resolve("t-labels-idx1-ubyte"), numbers.toByteArray());
    return Files.write(folder.resolve("t-images-idx3-ubyte"), images.toByteArray());
  }

  /** A folder with one image of each class. */
  private Path named(String... classes) throws IOException {
    Path root = Files.createDirectory(folder.resolve("images"));
    for (String name : classes) {
      ImageIO.write(
          new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY),
          "png",
          Files.createDirectory(root.resolve(name)).resolve("1.png").toFile());
    }
    return root;
  }

  private LabeledSamples open(
      Path path,
      List<Integer> kept,
      @Nullable List<String> names,
      List<String> union,
      @Nullable List<String> head) {
    DataSpec spec =
        new DataSpec(path, null, kept, 0, new Preprocessing(List.of(0f), List.of(1f), 0, 0, 0));
    return new DataClasses(spec, names).open(union, head, notes::add);
  }

  private static List<Integer> labels(LabeledSamples samples) {
    return IntStream.range(0, samples.count()).mapToObj(samples::label).toList();
  }

  @Test
  void open_asManyAsTheNetwork_areItsClassesInOrder() throws IOException {
    Path data = idx(3, 0, 1, 2);
    assertThat(labels(open(data, List.of(), null, UNION, null))).containsExactly(3, 0, 1, 2);
    LabeledSamples head = open(data, List.of(), null, UNION, HEAD);
    // Only d, which is class 3 of the data and class 0 of the head, and b.
    assertThat(labels(head)).containsExactly(0, 1);
    assertThat(head.classNames()).isEqualTo(HEAD);
    assertThat(head.read(0, 1).values()).as("the image of label 3").containsExactly(3 / 255f);
    assertThat(notes).isEmpty();
  }

  @Test
  void open_asManyAsTheHead_areTheHeadsInOrder() throws IOException {
    assertThat(labels(open(idx(0, 1, 1), List.of(), null, UNION, HEAD))).containsExactly(0, 1, 1);
  }

  @Test
  void open_chosenClasses_areTheHeadsInTheirOrder() throws IOException {
    Path data = idx(0, 1, 2, 3);
    assertThat(labels(open(data, List.of(2, 1), null, UNION, HEAD))).containsExactly(1, 0);
    // All heads together: they keep their numbers.
    assertThat(labels(open(data, List.of(2, 1), null, UNION, null))).containsExactly(1, 2);
  }

  @Test
  void open_givenNames_decide() throws IOException {
    Path data = idx(0, 1, 2);
    List<String> names = List.of("c", "d", "d", "a");
    LabeledSamples all = open(data, List.of(), names, UNION, null);
    assertThat(labels(all)).as("two labels are one class").containsExactly(2, 3, 3);
    assertThat(labels(open(data, List.of(2), names, UNION, null))).containsExactly(3);
  }

  @Test
  void open_namesOfFolders_areFoundAndOthersLeftOutAloud() throws IOException {
    LabeledSamples samples = open(named("b", "d", "zebra"), List.of(), null, UNION, null);
    assertThat(labels(samples)).containsExactly(1, 3);
    assertThat(notes)
        .containsExactly(
            "images: images of classes that the network does not know are left out: zebra");
  }

  @Test
  void open_countsThatDoNotSay_areRefused() throws IOException {
    Path data = idx(0, 1, 2);
    assertThatThrownBy(() -> open(data, List.of(), null, UNION, null))
        .isInstanceOf(DataException.class)
        .hasMessage(
            data
                + ": it cannot be told which classes the images show: the data has 3 (0, 1, 2), the"
                + " network 4 (a, b, c, d); name the data's classes, in the order of their labels,"
                + " with --data-classes");
    assertThatThrownBy(() -> open(data, List.of(), null, UNION, HEAD))
        .hasMessageContaining("the data has 3 (0, 1, 2), the head 2 (d, b)");
  }

  @Test
  void open_tooFewNames_areRefused() throws IOException {
    Path data = idx(0, 1, 2);
    assertThatThrownBy(() -> open(data, List.of(), List.of("a", "b"), UNION, null))
        .hasMessage(
            data
                + ": the data has 3 classes (0, 1, 2), but --data-classes names 2; name them all, in"
                + " the order of their labels");
    Path folders = named("x", "y");
    assertThatThrownBy(() -> open(folders, List.of(), List.of("a", "b", "c"), UNION, null))
        .hasMessageContaining("the data has 2 classes (x, y), but --data-classes names 3");
  }

  @Test
  void open_noImageOfTheHead_isRefused() throws IOException {
    Path data = named("a", "c");
    assertThatThrownBy(() -> open(data, List.of(), null, UNION, HEAD))
        .hasMessage(
            data
                + ": no image is of a class that is looked at: the images show a, c; looked at are d,"
                + " b; choose another head, or say what the data's classes are with --data-classes");
  }
}

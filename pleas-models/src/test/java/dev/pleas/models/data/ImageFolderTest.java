package dev.pleas.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path folder;

  private void image(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.copy(References.image("rgb.png"), file);
  }

  private List<String> files(ImageSource source) {
    return IntStream.range(0, source.count())
        .mapToObj(i -> folder.relativize(Path.of(source.name(i))).toString().replace('\\', '/'))
        .toList();
  }

  @Test
  void open_classFolders_areSortedAsByTorchvision() throws IOException {
    for (String name :
        List.of(
            "b/1.png",
            "b/10.png",
            "b/2.PNG",
            "Z/x.jpeg",
            "a10/x.webp",
            "a2/z.gif",
            "a2/sub/a.tif",
            "a2/sub/deep/b.tiff",
            "a2/notes.txt.bmp")) {
      image(name);
    }
    Files.writeString(folder.resolve("a2/readme.txt"), "no image");
    Files.writeString(folder.resolve("a2/png"), "no image either");
    image("loose.png");
    image(".cache/hidden.png");
    ImageFolder source = ImageFolder.open(folder);
    // What torchvision.datasets.ImageFolder makes of it (less .cache, and with .gif added).
    assertThat(source.classNames()).containsExactly("Z", "a10", "a2", "b");
    assertThat(files(source))
        .containsExactly(
            "Z/x.jpeg",
            "a10/x.webp",
            "a2/notes.txt.bmp",
            "a2/z.gif",
            "a2/sub/a.tif",
            "a2/sub/deep/b.tiff",
            "b/1.png",
            "b/10.png",
            "b/2.PNG");
    assertThat(IntStream.range(0, 9).map(source::label).toArray())
        .containsExactly(0, 1, 2, 2, 2, 2, 3, 3, 3);
    assertThat(source.labeled()).isTrue();
  }

  @Test
  void open_flatFolder_hasNoLabels() throws IOException {
    image("2.png");
    image("10.png");
    Files.createDirectory(folder.resolve("empty"));
    ImageFolder source = ImageFolder.open(folder);
    assertThat(files(source)).containsExactly("10.png", "2.png");
    assertThat(source.labeled()).isFalse();
    assertThat(source.classNames()).isEmpty();
  }

  @Test
  void open_emptyClass_isRefusedNamingIt() throws IOException {
    image("cat/1.png");
    Path dog = Files.createDirectory(folder.resolve("dog"));
    assertThatThrownBy(() -> ImageFolder.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("no images in " + dog + ", while other classes of " + folder);
  }

  @Test
  void open_noImages_isRefusedSayingWhatWasLookedFor() {
    assertThatThrownBy(() -> ImageFolder.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "no images in "
                + folder
                + " or its sub-folders: expected files that end in .jpg, .jpeg,"
                + " .png, .webp, .bmp, .tif, .tiff, .gif, or the .bin files of CIFAR; an IDX file is"
                + " named itself");
  }
}

package dev.pleas.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputDirectoryTest {
  /** Beyond the largest process number of any system. */
  private static final String DEAD = "999999999999";

  @TempDir Path parent;
  private Path target;

  @BeforeEach
  void nameTarget() {
    target = parent.resolve("merged");
  }

  @Test
  void commit_freshTarget_hasTheFilesAndNothingElse() throws IOException {
    try (OutputDirectory output = OutputDirectory.prepare(target, false)) {
      Files.writeString(output.folder().resolve("config.json"), "new");
      assertThat(target).doesNotExist();
      output.commit();
    }
    assertThat(target.resolve("config.json")).hasContent("new");
    assertThat(parent).isDirectoryNotContaining("glob:**/.merged*");
  }

  @Test
  void close_withoutCommit_leavesNothing() throws IOException {
    try (OutputDirectory output = OutputDirectory.prepare(target, false)) {
      Files.writeString(output.folder().resolve("config.json"), "new");
    }
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void prepare_existingTarget_refusesWithoutForce() throws IOException {
    earlierOutput();
    assertThatThrownBy(() -> OutputDirectory.prepare(target, false))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "output " + target + ": exists; choose another folder, or replace it with --force");
    assertThat(target.resolve("config.json")).hasContent("old");
  }

  @Test
  void commit_withForce_replacesAndLeavesNothingBehind() throws IOException {
    earlierOutput();
    try (OutputDirectory output = OutputDirectory.prepare(target, true)) {
      Files.writeString(output.folder().resolve("report.json"), "new");
      assertThat(target.resolve("config.json")).hasContent("old");
      output.commit();
    }
    assertThat(target.resolve("report.json")).hasContent("new");
    assertThat(target.resolve("config.json")).doesNotExist();
    assertThat(parent).isDirectoryNotContaining("glob:**/.merged*");
  }

  @Test
  void prepare_withForce_refusesAFolderThatNoMergeWrote() throws IOException {
    earlierOutput();
    Files.writeString(target.resolve("thesis.tex"), "years of work");
    assertThatThrownBy(() -> OutputDirectory.prepare(target, true))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("has thesis.tex, which no merge has written");
    assertThat(target.resolve("thesis.tex")).hasContent("years of work");
  }

  @Test
  void prepare_withForce_refusesAFile() throws IOException {
    Files.writeString(target, "a file");
    assertThatThrownBy(() -> OutputDirectory.prepare(target, true))
        .hasMessage("output " + target + ": is not a folder; it is not replaced");
  }

  @Test
  void prepare_withoutParent_namesIt() {
    assertThatThrownBy(() -> OutputDirectory.prepare(target.resolve("deep"), false))
        .hasMessageContaining("the folder " + target + " does not exist; make it first");
  }

  @Test
  void prepare_afterAKilledRun_removesWhatItLeft() throws IOException {
    Path left = Files.createDirectory(parent.resolve(".merged.pleas-" + DEAD + ".partial"));
    Files.writeString(left.resolve("model.safetensors"), "half");
    Path other = Files.createDirectory(parent.resolve(".other.pleas-" + DEAD + ".partial"));
    OutputDirectory.prepare(target, false).close();
    assertThat(left).doesNotExist();
    assertThat(other).exists();
  }

  @Test
  void prepare_whileAnotherRunIsAlive_leavesItsFolder() throws IOException {
    long alive = ProcessHandle.current().parent().orElseThrow().pid();
    Path used = Files.createDirectory(parent.resolve(".merged.pleas-" + alive + ".partial"));
    OutputDirectory.prepare(target, false).close();
    assertThat(used).exists();
  }

  @Test
  void prepare_afterARunKilledWhileReplacing_putsTheOldOutputBack() throws IOException {
    Path moved = Files.createDirectory(parent.resolve(".merged.pleas-" + DEAD + ".replaced"));
    Files.writeString(moved.resolve("config.json"), "old");
    assertThatThrownBy(() -> OutputDirectory.prepare(target, false)).hasMessageContaining("exists");
    assertThat(target.resolve("config.json")).hasContent("old");
    assertThat(moved).doesNotExist();
  }

  private void earlierOutput() throws IOException {
    Files.createDirectory(target);
    Files.writeString(target.resolve("config.json"), "old");
  }
}

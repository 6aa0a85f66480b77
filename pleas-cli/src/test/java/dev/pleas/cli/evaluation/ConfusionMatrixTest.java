package dev.pleas.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.DataException;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.data.LabeledSamples;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {
  @Test
  void score_countsAnswersByLabel() {
    ConfusionMatrix matrix = new ConfusionMatrix(labels(0, 1, 1, 2), 3);
    matrix.add(0, logits(3, 9, 0, 0, /**/ 0, 5, 6));
    matrix.add(2, logits(3, 1, 2, 0, /**/ 4, 0, 0));
    Score score = matrix.score("test", "lo");
    assertThat(score.samples()).isEqualTo(4);
    assertThat(score.top1()).isEqualTo(0.5);
    assertThat(score.top5()).as("meaningless for three classes").isNull();
    assertThat(score.confusion())
        .containsExactly(List.of(1, 0, 0), List.of(0, 1, 1), List.of(1, 0, 0));
    assertThat(score.classes())
        .containsExactly(
            new Score.ClassScore("class 0", 1, 1),
            new Score.ClassScore("class 1", 2, 0.5),
            new Score.ClassScore("class 2", 1, 0));
  }

  @Test
  void score_topFive_isTheLabelAmongTheFiveLargest() {
    ConfusionMatrix matrix = new ConfusionMatrix(labels(0, 0, 6), 7);
    matrix.add(0, logits(7, 3, 9, 8, 7, 6, 0, 0)); // fifth
    matrix.add(1, logits(7, 3, 9, 8, 7, 6, 4, 0)); // sixth
    matrix.add(2, logits(7, 0, 0, 0, 0, 0, 0, 0)); // a tie: the first five count
    assertThat(matrix.score("test", null).top5()).isEqualTo(1.0 / 3);
  }

  @Test
  void score_ofNothing_isZero() {
    Score score = new ConfusionMatrix(labels(), 2).score("none", null);
    assertThat(score.top1()).isZero();
    assertThat(score.samples()).isZero();
  }

  @Test
  void add_labelBeyondTheLogits_namesImageAndRemedy() {
    ConfusionMatrix matrix = new ConfusionMatrix(labels(1, 7), 2);
    assertThatThrownBy(() -> matrix.add(0, logits(2, 0, 1, /**/ 0, 1)))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "image 1 has label 7, but the network answers 0 to 1; choose the classes it was trained"
                + " on with --classes");
  }

  private static HostTensor logits(int classes, float... values) {
    return HostTensor.wrap(Shape.of(values.length / classes, classes), values);
  }

  static LabeledSamples labels(int... labels) {
    return new LabeledSamples() {
      @Override
      public boolean labeled() {
        return true;
      }

      @Override
      public int label(int index) {
        return labels[index];
      }

      @Override
      public int classes() {
        return 3;
      }

      @Override
      public List<String> classNames() {
        return IntStream.range(0, 3).mapToObj(c -> "class " + c).toList();
      }

      @Override
      public int count() {
        return labels.length;
      }

      @Override
      public Shape shape() {
        return Shape.of(1, 1, 1);
      }

      @Override
      public HostTensor read(int from, int to) {
        return HostTensor.wrap(Shape.of(to - from, 1, 1, 1), new float[to - from]);
      }
    };
  }
}

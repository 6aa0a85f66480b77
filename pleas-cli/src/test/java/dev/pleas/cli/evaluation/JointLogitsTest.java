package dev.pleas.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.labels.NetworkLabels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JointLogitsTest {
  private static final List<String> HEADS = List.of("x", "y", "z");
  private static final NetworkLabels LABELS = labels();

  private static NetworkLabels labels() {
    Map<String, List<String>> heads = new LinkedHashMap<>();
    heads.put("x", List.of("cat", "dog"));
    heads.put("y", List.of("owl", "cat", "fox"));
    heads.put("z", List.of("dog", "cat"));
    return new NetworkLabels(heads, heads);
  }

  @Test
  void of_threeHeads_isTheMeanOverThoseThatKnowAClass() {
    HostTensor joint =
        new JointLogits(LABELS, HEADS)
            .of(List.of(row(2, 3, 1, 0, 9), row(3, 4, 6, 5, 0, 0, 1), row(2, 7, 0, 5, 3)));
    assertThat(joint.shape()).isEqualTo(Shape.of(2, 4));
    // cat, dog, owl, fox; of the first image: (3 + 6 + 0) / 3, (1 + 7) / 2, 4, 5.
    assertThat(joint.values()).containsExactly(new float[] {3, 4, 4, 5, 1, 7, 0, 1}, within(1e-6f));
  }

  @Test
  void taskCount_ownHead_decidesWhenTheTaskIsKnown() {
    TaskCount y = new TaskCount("y", LABELS.of("y"), LABELS.union());
    HostTensor joint = row(4, 0, 9, 1, 2);
    HostTensor head = row(3, 5, 0, 1);
    y.add(2, 1, 0, joint, head); // an owl: all say dog, its head owl
    y.add(1, 1, 0, joint, head); // a dog is no image of this task
    y.add(3, 3, 0, joint, head); // a fox that all find, and its head does not
    assertThat(y.score()).isEqualTo(new Score.TaskScore("y", 2, 0.5, 0.5));
  }

  @Test
  void taskCount_noHead_isTheLargestAmongItsClasses() {
    TaskCount y = new TaskCount("y", LABELS.of("y"), LABELS.union());
    y.add(3, 1, 0, row(4, 0, 9, 1, 2), null); // a fox: fox is the largest but dog
    y.add(2, 1, 0, row(4, 0, 9, 1, 2), null);
    assertThat(y.score()).isEqualTo(new Score.TaskScore("y", 2, 0, 0.5));
  }

  private static HostTensor row(int classes, float... values) {
    return HostTensor.wrap(Shape.of(values.length / classes, classes), values);
  }
}

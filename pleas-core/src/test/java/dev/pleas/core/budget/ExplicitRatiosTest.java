package dev.pleas.core.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomTransformers;
import dev.pleas.core.partial.Indivisible;
import dev.pleas.core.symmetry.Symmetry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplicitRatiosTest {
  private final Graph graph = RandomNetworks.resNet(3, 4);
  private final PermutationSpec spec = Symmetry.derive(graph);

  /** Pairs of each group that are kept apart, by name. */
  private Map<String, Integer> apart(String text) {
    Map<String, Integer> apart = new LinkedHashMap<>();
    ExplicitRatios.parse(text)
        .plan(spec, Set.of())
        .merged()
        .forEach((group, merged) -> apart.put(group.name(), group.size() - merged));
    return apart;
  }

  private Group group(int index) {
    return spec.groups().get(index);
  }

  @Test
  void plan_namesAndPatterns_theFirstThatFitsCounts() {
    Map<String, Integer> apart = apart(" " + group(1).name() + " = 0 , *=1");
    spec.groups()
        .forEach(
            group ->
                assertThat(apart.get(group.name()))
                    .as(group.name())
                    .isEqualTo(group.equals(group(1)) ? 0 : group.size()));
  }

  @Test
  void plan_oneGroup_mergesTheOthers() {
    Map<String, Integer> apart = apart(group(0).name() + "=0.5");
    assertThat(apart.get(group(0).name()))
        .isEqualTo(group(0).size() - Math.round(0.5f * group(0).size()));
    apart.remove(group(0).name());
    assertThat(apart.values()).isNotEmpty().containsOnly(0);
  }

  @Test
  void plan_dotsAreDotsAndQuestionMarksAreOneCharacter() {
    String name = group(0).name();
    assertThat(apart("?" + name.substring(1) + "=1").get(name)).isEqualTo(group(0).size());
    assertThatThrownBy(() -> apart("x*" + name + "=1")).isInstanceOf(ConfigurationException.class);
  }

  @Test
  void plan_nameOfNoGroup_listsThoseThereAre() {
    assertThatThrownBy(() -> apart("layer9.*=1"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("ratios: no group is called layer9.*; there are: ")
        .hasMessageContaining(group(0).name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a=", "=1", "a=1.5", "a=-0.1", "a=NaN", "a=1,", "a=x"})
  void parse_malformed_saysWhatIsExpected(String text) {
    assertThatThrownBy(() -> ExplicitRatios.parse(text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("ratios: expected NAME=RATIO, with ratios from 0 (all merged)");
  }

  @Test
  void plan_groupThatCanOnlyBeMergedWhole_isRefusedByNameAndSkippedByPattern() {
    Graph vit = RandomTransformers.vit(3, 4);
    PermutationSpec groups = Symmetry.derive(vit);
    Set<Group> whole = Indivisible.groups(vit, groups);
    String name = whole.iterator().next().name();
    assertThatThrownBy(() -> ExplicitRatios.parse(name + "=0.5").plan(groups, whole))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(name + " can only be merged whole");
    Map<Group, Integer> merged = ExplicitRatios.parse("*=1").plan(groups, whole).merged();
    groups
        .groups()
        .forEach(
            group ->
                assertThat(merged.get(group)).isEqualTo(whole.contains(group) ? group.size() : 0));
  }
}

package dev.pleas.core.budget;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.naming.NamePattern;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Ratios that a person chose, by names of groups: {@code layer4.*=1, layer3.0.conv1=0.5}. In a
 * name, * stands for any characters and ? for one. Of several that fit, the first counts; a group
 * that none fits is merged.
 */
public final class ExplicitRatios {
  private final Map<String, Double> ratios;

  private ExplicitRatios(Map<String, Double> ratios) {
    this.ratios = ratios;
  }

  /**
   * Reads ratios.
   *
   * @throws ConfigurationException if a part is not NAME=RATIO with a ratio from 0 to 1
   */
  public static ExplicitRatios parse(String text) {
    Map<String, Double> ratios = new LinkedHashMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.lastIndexOf('=');
      String name = equals < 0 ? "" : part.substring(0, equals).strip();
      double ratio = equals < 0 ? Double.NaN : number(part.substring(equals + 1).strip());
      if (name.isEmpty() || !(ratio >= 0 && ratio <= 1)) {
        throw new ConfigurationException(
            "ratios: expected NAME=RATIO, with ratios from 0 (all merged) to 1 (all kept apart),"
                + " separated by commas, found \""
                + part.strip()
                + "\"");
      }
      ratios.putIfAbsent(name, ratio);
    }
    return new ExplicitRatios(ratios);
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /**
   * Returns the plan for the groups of a network.
   *
   * @param indivisible groups of which every set is merged
   * @throws ConfigurationException if a name fits no group, or one that is indivisible by itself
   */
  public BudgetPlan plan(PermutationSpec spec, Set<Group> indivisible) {
    Map<Group, Integer> merged = new LinkedHashMap<>();
    spec.groups().forEach(group -> merged.put(group, group.size()));
    Set<Group> chosen = new HashSet<>();
    ratios.forEach(
        (name, ratio) -> {
          List<String> names =
              NamePattern.of(name).matching(spec.groups().stream().map(Group::name).toList());
          List<Group> fitting =
              spec.groups().stream().filter(group -> names.contains(group.name())).toList();
          if (fitting.isEmpty()) {
            throw new ConfigurationException(
                "ratios: no group is called " + name + "; there are: " + names(spec.groups()));
          }
          if (ratio > 0 && indivisible.containsAll(fitting)) {
            throw new ConfigurationException(
                "ratios: "
                    + name
                    + " can only be merged whole, since a layer normalization is over all of its"
                    + " units");
          }
          for (Group group : fitting) {
            if (chosen.add(group) && !indivisible.contains(group)) {
              merged.put(group, BudgetPlan.sets(group, ratio));
            }
          }
        });
    return new BudgetPlan(merged);
  }

  private static String names(List<Group> groups) {
    return groups.stream().map(Group::name).collect(Collectors.joining(", "));
  }
}

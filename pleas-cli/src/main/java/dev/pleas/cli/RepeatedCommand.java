package dev.pleas.cli;

import dev.pleas.cli.session.ChosenTools.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command line that repeats a merge. */
final class RepeatedCommand {
  private static final List<String> KINDS = List.of("backend", "matcher", "solver");

  private RepeatedCommand() {}

  /**
   * Returns what was typed, with those implementations named that were chosen by themselves: on
   * another machine others might be.
   *
   * @param arguments as typed after {@code pleas}
   * @param tools what was chosen, by kind
   */
  static List<String> of(List<String> arguments, Map<String, Choice> tools) {
    List<String> words = new ArrayList<>(List.of("pleas"));
    words.addAll(arguments);
    for (String kind : KINDS) {
      String option = "--" + kind;
      Choice choice = tools.get(kind);
      boolean typed =
          arguments.stream().anyMatch(word -> word.equals(option) || word.startsWith(option + "="));
      if (!typed && choice != null) {
        words.addAll(List.of(option, choice.id()));
      }
    }
    return words;
  }
}

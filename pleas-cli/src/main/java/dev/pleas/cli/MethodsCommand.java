package dev.pleas.cli;

import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.provider.RegistryEntry;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the merge methods with their parameters. */
@Command(
    name = "methods",
    description = "Lists the merge methods and their parameters, which 'pleas merge --set' takes.",
    footer = {"", "Examples:", "  pleas methods", "  pleas methods --json"})
final class MethodsCommand extends PleasCommand {
  @Option(names = "--json", description = "Prints the list as JSON.")
  private boolean json;

  /**
   * A merge method.
   *
   * @param id its id
   * @param description one line
   * @param parameters its settings
   */
  record Method(String id, String description, List<MethodParameter> parameters) {}

  @Override
  void run(Session session) {
    List<Method> methods = new ArrayList<>();
    for (RegistryEntry<MergeMethodProvider> entry :
        session.registry().entries(MergeMethodProvider.class)) {
      MergeMethodProvider provider = entry.provider();
      if (provider != null && entry.usable()) {
        methods.add(new Method(entry.id(), provider.description(), provider.create().parameters()));
      }
    }
    out().print(json ? Json.write(methods) : text(methods));
  }

  private static String text(List<Method> methods) {
    StringBuilder text = new StringBuilder();
    for (Method method : methods) {
      text.append(text.isEmpty() ? "" : "\n");
      text.append(method.id() + " – " + method.description() + "\n");
      for (MethodParameter parameter : method.parameters()) {
        text.append("  " + parameter.name() + "=" + parameter.defaultValue() + "\n");
        text.append("      " + parameter.description() + "\n");
      }
    }
    return text.toString();
  }
}

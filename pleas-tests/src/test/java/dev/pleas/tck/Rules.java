package dev.pleas.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules of a contract, read from the names of its test methods. */
final class Rules {
  private static final Pattern NAME =
      Pattern.compile("(required|recommended)_([a-z]+)(\\d{3})_([a-z]\\w*)");

  private Rules() {}

  /**
   * A rule.
   *
   * @param number its contract and number, for instance {@code matcher301}
   * @param level MUST or SHOULD
   * @param promise what it promises, as in the method's name
   * @param method the test
   */
  record Rule(String number, String level, String promise, Method method) {}

  /** Returns the rules by number whose contract has this name; fails if a test has no number. */
  static SortedMap<String, Rule> of(Class<?> suite, String contract) {
    TreeMap<String, Rule> rules = new TreeMap<>();
    for (Method method : tests(suite)) {
      Matcher name = NAME.matcher(method.getName());
      assertThat(name.matches()).as("%s is the name of a rule", method).isTrue();
      if (name.group(2).equals(contract)) {
        String number = contract + name.group(3);
        String level = name.group(1).equals("required") ? "MUST" : "SHOULD";
        Rule rule = new Rule(number, level, name.group(4), method);
        assertThat(rules.put(number, rule)).as("a second rule %s", number).isNull();
      }
    }
    assertThat(rules).as("rules of %s", contract).isNotEmpty();
    return rules;
  }

  /** Returns the required rules that no case breaks. */
  static Set<String> unbroken(SortedMap<String, Rule> rules, List<? extends Broken<?>> cases) {
    Set<String> required = new TreeSet<>();
    rules.values().stream()
        .filter(rule -> rule.level().equals("MUST"))
        .forEach(rule -> required.add(rule.number()));
    cases.forEach(broken -> required.remove(broken.rule()));
    return required;
  }

  private static List<Method> tests(Class<?> suite) {
    List<Method> tests = new ArrayList<>();
    for (Class<?> type = suite; type != null; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.isAnnotationPresent(org.junit.jupiter.api.Test.class)
            || method.isAnnotationPresent(net.jqwik.api.Property.class)
            || method.isAnnotationPresent(net.jqwik.api.Example.class)) {
          tests.add(method);
        }
      }
    }
    return tests;
  }
}

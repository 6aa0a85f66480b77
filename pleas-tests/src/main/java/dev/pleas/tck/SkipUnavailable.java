package dev.pleas.tck;

import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import org.opentest4j.TestAbortedException;

/**
 * Skips a property whose provider cannot be used here. jqwik itself takes a skip for a try to be
 * repeated, and fails when all are. Every property of a contract names this hook: jqwik does not
 * look for hooks in superclasses.
 */
final class SkipUnavailable implements AroundPropertyHook {
  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) {
    PropertyExecutionResult result = property.execute();
    try {
      ((ProviderContract<?, ?>) context.testInstance()).available();
      return result;
    } catch (TestAbortedException skipped) {
      return result.mapToAborted(skipped);
    }
  }
}

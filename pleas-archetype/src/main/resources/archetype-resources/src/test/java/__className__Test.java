package ${package};

import dev.pleas.api.match.MatcherProvider;
import dev.pleas.tck.MatcherContract;

class ${className}Test extends MatcherContract {
  @Override
  protected MatcherProvider provider() {
    return new ${className}Provider();
  }
}

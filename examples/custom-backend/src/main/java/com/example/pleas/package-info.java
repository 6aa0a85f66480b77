/** A tensor backend, a matcher and a solver from outside PLeaS, in plain Java. */
package com.example.pleas;

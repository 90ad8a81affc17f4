"""The pages at which people sign in: plain HTML that works without script, nothing from anywhere else.

routes         where they answer
visit          a request of a browser: its form, its cookie, who it is
signing_in     from nobody to somebody, a page a step
proving        what is asked for beside the password
showing        the pages of these steps, and which comes next
asking         what an application asks for at /authorize
consenting     whether it may have that
admin_consenting  whether everybody's administrator says so, before anybody signs in
authorizing    sign-in, consent, and back to the application with a code
enrolling      setting up a second factor
devices        the page for a device that shows a code
leaving        signing out
rendering      templates as answers; templates/ has them
"""
